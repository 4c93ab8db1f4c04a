// SPDX-License-Identifier: MIT
#include "packed_state.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "lsk3d/core/check.h"
#include "lsk3d/sparsity/packed_weight.h"

namespace lsk3d {
namespace {

constexpr const char *kIndex = ".packed.index", *kLow = ".packed.low", *kHigh = ".packed.high";
constexpr double kWorthPacking = 0.01;  // share of zeros

double zero_share(const Tensor& weight) {
  const auto values = weight.span<float>();
  return static_cast<double>(std::count(values.begin(), values.end(), 0.0f)) /
         static_cast<double>(std::max<std::size_t>(values.size(), 1));
}

bool is_constant(const Tensor& tensor) {
  const auto values = tensor.span<float>();
  return tensor.rank() == 1 && !values.empty() &&
         std::all_of(values.begin(), values.end(), [&](float v) { return v == values[0]; });
}

std::vector<std::pair<std::string, Tensor>> state_of(Lsk3dNet& model) {
  std::vector<std::pair<std::string, Tensor>> state;
  for (Parameter* p : model.parameters()) state.emplace_back(p->name, p->value());
  for (Buffer* b : model.buffers()) state.emplace_back(b->name, b->value);
  return state;
}

void unpack_weights(const std::map<std::string, Shape>& shapes, const std::string& layout,
                    TensorFile& file) {
  std::vector<std::pair<std::string, Tensor>> plain;
  std::set<std::string> used;
  for (const auto& [entry, tensor] : file.tensors) {
    if (!entry.ends_with(kIndex)) continue;
    const std::string name = entry.substr(0, entry.size() - std::string(kIndex).size());
    const auto shape = shapes.find(name);
    if (shape == shapes.end() || shape->second.size() < 4)
      continue;  // load_state names it as unexpected
    const PackedWeight packed{tensor, file.at(name + kLow), file.at(name + kHigh)};
    plain.emplace_back(
        name, unpack_weight(packed, layout, shape->second, str_cat(file.path, ": ", name)));
    for (const char* part : {kIndex, kLow, kHigh}) used.insert(name + part);
  }
  std::erase_if(file.tensors, [&](const auto& entry) { return used.contains(entry.first); });
  for (auto& [name, tensor] : plain) file.add(name, std::move(tensor));
}

void add_constants(const std::map<std::string, Shape>& shapes, TensorFile& file) {
  const auto text = file.metadata.find("constants");
  LSK3D_CHECK(text != file.metadata.end(), DataError, file.path,
              ": its metadata lacks 'constants'; the file is damaged");
  const auto constants = nlohmann::json::parse(text->second, nullptr, false);
  LSK3D_CHECK(constants.is_object(), DataError, file.path,
              ": metadata 'constants': expected a JSON object of numbers; the file is damaged");
  for (const auto& [name, value] : constants.items()) {
    const auto shape = shapes.find(name);
    LSK3D_CHECK(shape != shapes.end() && shape->second.size() == 1 && value.is_number(), DataError,
                file.path, ": metadata 'constants': '", name,
                "' is no vector of this model; the file is damaged");
    if (!file.contains(name)) file.add(name, Tensor::full(shape->second, value.get<double>()));
  }
}

}  // namespace

int add_packed_state(Lsk3dNet& model, const std::string& layout, DType dtype, TensorFile& file) {
  const auto sparse = model.sparse_parameters();
  std::set<std::string> packable;
  for (const Parameter* p : sparse)
    if (zero_share(std::as_const(p->value())) >= kWorthPacking) packable.insert(p->name);
  auto constants = nlohmann::ordered_json::object();
  for (const auto& [name, tensor] : state_of(model)) {
    if (packable.contains(name)) {
      const PackedWeight packed = pack_weight(tensor, layout, dtype);
      file.add(name + kIndex, packed.index);
      file.add(name + kLow, packed.low);
      file.add(name + kHigh, packed.high);
    } else if (is_constant(tensor)) {
      constants[name] = tensor.data<float>()[0];
    } else {
      file.add(name, tensor.rank() > 1 ? tensor.to(dtype) : tensor);
    }
  }
  file.metadata["packing"] = layout;
  file.metadata["dtype"] = to_string(dtype);
  file.metadata["constants"] = constants.dump();
  return static_cast<int>(packable.size());
}

bool is_packed(const TensorFile& file) { return file.metadata.contains("packing"); }

void unpack_state(Lsk3dNet& model, TensorFile& file) {
  if (!is_packed(file)) return;
  const std::string& layout = file.metadata.at("packing");
  LSK3D_CHECK(layout == "element" || layout == "offset" || layout == "block", DataError, file.path,
              ": metadata 'packing': expected element, offset or block, found '", layout,
              "'; the file is damaged or of a newer lsk3d");
  std::map<std::string, Shape> shapes;
  for (const auto& [name, tensor] : state_of(model)) shapes[name] = tensor.shape();
  unpack_weights(shapes, layout, file);
  add_constants(shapes, file);
}

}  // namespace lsk3d
