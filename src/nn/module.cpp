// SPDX-License-Identifier: MIT
#include "lsk3d/nn/module.h"

#include "lsk3d/core/check.h"

namespace lsk3d {

std::vector<Parameter*> Module::parameters() {
  std::vector<Parameter*> all;
  for (auto& [name, parameter] : parameters_) all.push_back(parameter.get());
  for (auto& [name, child] : children_) {
    const auto below = child->parameters();
    all.insert(all.end(), below.begin(), below.end());
  }
  return all;
}

std::vector<Buffer*> Module::buffers() {
  std::vector<Buffer*> all;
  for (auto& [name, buffer] : buffers_) all.push_back(buffer.get());
  for (auto& [name, child] : children_) {
    const auto below = child->buffers();
    all.insert(all.end(), below.begin(), below.end());
  }
  return all;
}

void Module::train(bool on) {
  training_ = on;
  for (auto& [name, child] : children_) child->train(on);
}

void Module::to(Device device) {
  for (Parameter* parameter : parameters()) {
    if (parameter->value().device() == device) continue;
    parameter->value() = parameter->value().to(device);
    parameter->variable.clear_grad();
  }
  for (Buffer* buffer : buffers()) buffer->value = buffer->value.to(device);
}

Device Module::device() {
  const std::vector<Parameter*> all = parameters();
  return all.empty() ? Device::cpu() : all.front()->value().device();
}

void Module::name_parameters(const std::string& prefix) {
  full_name_ = prefix.empty() ? prefix : prefix.substr(0, prefix.size() - 1);
  for (auto& [name, parameter] : parameters_) parameter->name = prefix + name;
  for (auto& [name, buffer] : buffers_) buffer->name = prefix + name;
  for (auto& [name, child] : children_) child->name_parameters(prefix + name + ".");
}

void Module::initialise(std::uint64_t seed) {
  draw_parameters(seed);
  for (auto& [name, child] : children_) child->initialise(seed);
}

Parameter& Module::add_parameter(std::string name, Tensor initial) {
  for (const auto& [known, parameter] : parameters_)
    LSK3D_ASSERT(known != name, "two parameters are called ", name);
  auto parameter = std::make_unique<Parameter>();
  parameter->name = name;
  parameter->variable = Variable(std::move(initial), true);
  parameters_.emplace_back(std::move(name), std::move(parameter));
  return *parameters_.back().second;
}

Buffer& Module::add_buffer(std::string name, Tensor initial) {
  for (const auto& [known, buffer] : buffers_)
    LSK3D_ASSERT(known != name, "two buffers are called ", name);
  buffers_.emplace_back(name, std::make_unique<Buffer>(Buffer{name, std::move(initial)}));
  return *buffers_.back().second;
}

void Module::add_child(std::string name, Module& child) {
  for (const auto& [known, other] : children_)
    LSK3D_ASSERT(known != name, "two children are called ", name);
  children_.emplace_back(std::move(name), &child);
}

}  // namespace lsk3d
