// SPDX-License-Identifier: MIT
#include <charconv>
#include <initializer_list>

#include "config_fields.h"

namespace lsk3d {
namespace {

/// The shortest text that reads back to the same number.
template <typename T>
std::string number_text(T value) {
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return {buffer, end};
}

std::string quoted(const std::string& value) {
  std::string text = "'";
  for (char c : value) text += c == '\'' ? std::string("''") : std::string(1, c);
  return text + "'";
}

/// A whole number that every YAML reader takes for what it is: no 08, which some read as octal.
bool is_plain(const std::string& value) {
  return value.find_first_not_of("0123456789") == std::string::npos &&
         (value == "0" || value[0] != '0');
}

class ConfigWriter {
 public:
  template <typename Settings>
  void section(const char* name, Settings& settings) {
    text_ += std::string(name) + ":\n";
    visit_fields(*this, settings);
  }

  template <typename T>
  void number(const char* key, T& value, Bound, Bound) { line(key, number_text(value)); }
  void flag(const char* key, bool& value) { line(key, value ? "true" : "false"); }
  void text(const char* key, std::string& value) {
    line(key, quoted(value));
  }
  void words(const char* key, std::string& value) { text(key, value); }
  void choice(const char* key, std::string& value, std::initializer_list<const char*>) {
    line(key, value);
  }
  void list(const char* key, std::vector<int>& values, Bound, Bound) { line(key, join(values)); }
  void names(const char* key, std::vector<std::string>& values) {
    std::string text = "[";
    for (const std::string& value : values)
      text += (text.size() > 1 ? ", " : "") + (is_plain(value) ? value : quoted(value));
    line(key, text + "]");
  }
  template <typename T>
  void triple(const char* key, std::array<T, 3>& values, Bound, Bound) { line(key, join(values)); }
  void kernel(const char* key, KernelSize& k) {
    if (k == KernelSize::cube(k.z)) line(key, number_text(k.z));
    else line(key, join(std::array<int, 3>{k.z, k.y, k.x}));
  }

  std::string take() { return std::move(text_); }

 private:
  template <typename List>
  static std::string join(const List& values) {
    std::string text = "[";
    for (const auto& value : values) text += (text.size() > 1 ? ", " : "") + number_text(value);
    return text + "]";
  }
  void line(const char* key, const std::string& value) {
    text_ += "  " + std::string(key) + ": " + value + "\n";
  }
  std::string text_;
};

}  // namespace

std::string to_yaml(const Config& config) {
  Config copy = config;  // the field list visits mutable settings
  ConfigWriter writer;
  visit_sections(writer, copy);
  return writer.take();
}

}  // namespace lsk3d
