// SPDX-License-Identifier: MIT
#include "state_match.h"

#include <map>

#include "lsk3d/core/check.h"

namespace lsk3d {
namespace {

/// The first names of a list, and how many more there are.
std::string some_of(const char* what, const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 8;
  if (names.empty()) return "";
  std::string text = str_cat("; ", names.size(), " ", what, ": ");
  for (std::size_t i = 0; i < names.size() && i < kShown; ++i)
    text += (i ? ", " : "") + names[i];
  return names.size() > kShown ? text + " …" : text;
}

}  // namespace

std::vector<std::pair<std::string, Tensor>> state_of(Module& module) {
  std::vector<std::pair<std::string, Tensor>> state;
  for (Parameter* p : module.parameters()) state.emplace_back(p->name, p->value());
  for (Buffer* b : module.buffers()) state.emplace_back(b->name, b->value);
  return state;
}

std::vector<Tensor> matching_state(Module& module, const TensorFile& file,
                                   const std::string& prefix, const StateConversion& convert,
                                   const std::function<bool(const std::string& name)>& ignored) {
  std::map<std::string, const Tensor*> found;
  for (const auto& [name, tensor] : file.tensors)
    if (name.starts_with(prefix) && !ignored(name.substr(prefix.size())))
      found[name.substr(prefix.size())] = &tensor;

  std::vector<std::string> missing, misshapen, unexpected;
  std::vector<Tensor> matching;
  for (auto& [name, target] : state_of(module)) {
    const auto it = found.find(name);
    if (it == found.end()) {
      missing.push_back(name);
      continue;
    }
    const Tensor converted = convert(*it->second, target);
    if (converted.defined() && converted.shape() == target.shape())
      matching.push_back(converted.to(target.dtype()));
    else
      misshapen.push_back(str_cat(name, " (expected ", to_string(target.shape()), ", found ",
                                  to_string(it->second->shape()), ")"));
    found.erase(it);
  }
  for (const auto& [name, tensor] : found) unexpected.push_back(name);
  LSK3D_CHECK(missing.empty() && misshapen.empty() && unexpected.empty(), DataError,
              file.path.empty() ? "model state" : file.path,
              prefix.empty() ? "" : " (" + prefix + ")", ": its tensors do not fit this model",
              some_of("missing", missing), some_of("of another shape", misshapen),
              some_of("unexpected", unexpected),
              "; check channels, kernel, scales and classes in the configuration");
  return matching;
}

void copy_state(Module& module, const std::vector<Tensor>& values) {
  auto state = state_of(module);
  LSK3D_ASSERT(values.size() == state.size(), values.size(), " values for ", state.size());
  for (std::size_t i = 0; i < state.size(); ++i) state[i].second.copy_from(values[i]);
}

}  // namespace lsk3d
