// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lsk3d/nn/parameter.h"

namespace lsk3d {

/// A part of a model: owns parameters and buffers and knows its children by name. Modules are not
/// copied; a parent holds its children as members and registers them in its constructor.
class Module {
 public:
  virtual ~Module() = default;
  Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  /// All parameters of this module and its children, in registration order, with full dotted names.
  std::vector<Parameter*> parameters();
  std::vector<Buffer*> buffers();
  /// Training mode (batch statistics) or evaluation mode, here and below.
  void train(bool on = true);
  bool training() const { return training_; }
  /// Moves all parameters and buffers, here and below; gradients are dropped. Before an optimizer is
  /// made, whose state lies where the parameters are.
  void to(Device device);
  /// Where the parameters are.
  Device device();
  /// Writes full names into all parameters and buffers: call once on the root after construction.
  void name_parameters(const std::string& prefix = "");
  /// Full dotted name within the root, once name_parameters ran.
  const std::string& full_name() const { return full_name_; }
  /// Draws initial values for every parameter, here and below, each from its own stream of `seed`
  /// named by the parameter: adding a layer changes no other. Call after name_parameters.
  void initialise(std::uint64_t seed);

 protected:
  /// Layers with random initial values fill their own parameters here.
  virtual void draw_parameters(std::uint64_t /*seed*/) {}
  Parameter& add_parameter(std::string name, Tensor initial);
  Buffer& add_buffer(std::string name, Tensor initial);
  /// `child` must outlive this module (a member, usually).
  void add_child(std::string name, Module& child);

 private:
  std::vector<std::pair<std::string, std::unique_ptr<Parameter>>> parameters_;
  std::vector<std::pair<std::string, std::unique_ptr<Buffer>>> buffers_;
  std::vector<std::pair<std::string, Module*>> children_;
  std::string full_name_;
  bool training_ = true;
};

}  // namespace lsk3d
