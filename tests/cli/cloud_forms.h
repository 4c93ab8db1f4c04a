// SPDX-License-Identifier: MIT
// One cloud in the forms that people keep theirs in.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace lsk3d::testing_support {

/// x, y, z and remission by rows, and what is done to them on the way into a file.
struct Cloud {
  std::vector<float> points;
  std::string remission = "intensity";  // name of the field
  double times = 1;                     // every remission
  std::size_t rows() const { return points.size() / 4; }
};

template <typename T>
std::string bytes_of(double value, bool big_endian = false) {
  const T number = static_cast<T>(value);
  std::string bytes(reinterpret_cast<const char*>(&number), sizeof number);
  if (big_endian) std::reverse(bytes.begin(), bytes.end());
  return bytes;
}

/// Number k of row i as it is written: a remission that is multiplied is a whole number.
inline double value_of(const Cloud& cloud, std::size_t i, std::size_t k) {
  const double value = static_cast<double>(cloud.points[4 * i + k]);
  return k < 3 || cloud.times == 1 ? value : std::round(value * cloud.times);
}

/// The same as `T`, the remission as `R`.
template <typename T, typename R = T>
std::string number(const Cloud& cloud, std::size_t i, std::size_t k, bool big_endian = false) {
  const double value = value_of(cloud, i, k);
  return k < 3 ? bytes_of<T>(value, big_endian) : bytes_of<R>(value, big_endian);
}

/// Rows of numbers without a header, `more` numbers after each.
template <typename T, typename R = T>
std::string raw_rows(const Cloud& cloud, std::size_t more = 0, bool big_endian = false) {
  std::string bytes;
  for (std::size_t i = 0; i < cloud.rows(); ++i) {
    for (std::size_t k = 0; k < 4; ++k) bytes += number<T, R>(cloud, i, k, big_endian);
    for (std::size_t k = 0; k < more; ++k) bytes += bytes_of<T>(static_cast<double>(i % 64), big_endian);
  }
  return bytes;
}

/// Column after column.
template <typename T, typename R = T>
std::string raw_columns(const Cloud& cloud) {
  std::string bytes;
  for (std::size_t k = 0; k < 4; ++k)
    for (std::size_t i = 0; i < cloud.rows(); ++i) bytes += number<T, R>(cloud, i, k);
  return bytes;
}

/// Rows as text that reads back to the same floats.
inline std::string text_rows(const Cloud& cloud, const std::string& before = "") {
  std::string text;
  for (std::size_t i = 0; i < cloud.rows(); ++i) {
    text += before;
    for (std::size_t k = 0; k < 4; ++k) {
      char word[64];
      std::snprintf(word, sizeof word, "%.9g%c", value_of(cloud, i, k), k == 3 ? '\n' : ' ');
      text += word;
    }
  }
  return text;
}

/// `descr` as NumPy writes it, such as "'<f4'".
inline std::string npy(const std::string& descr, const std::string& shape, const std::string& data,
                       bool fortran = false) {
  std::string header = "{'descr': " + descr + ", 'fortran_order': " + (fortran ? "True" : "False") +
                       ", 'shape': " + shape + ", }";
  header.append(64 - (11 + header.size()) % 64, ' ');
  header += '\n';
  return std::string("\x93NUMPY\x01\x00", 8) + bytes_of<std::uint16_t>(static_cast<double>(header.size())) +
         header + data;
}

inline std::string npy_shape(const Cloud& cloud) { return "(" + std::to_string(cloud.rows()) + ", 4)"; }

/// LZF that only copies: the shape of PCL's compressed files, not their size.
inline std::string lzf_copy(const std::string& bytes) {
  std::string packed;
  for (std::size_t at = 0; at < bytes.size(); at += 32) {
    const std::size_t run = std::min<std::size_t>(32, bytes.size() - at);
    packed += static_cast<char>(run - 1);
    packed += bytes.substr(at, run);
  }
  return packed;
}

struct PcdForm {
  std::string data = "binary";  // ascii, binary, binary_compressed
  std::string fields_key = "FIELDS";
  bool size_lines = true;  // WIDTH, HEIGHT, POINTS
  bool bytes = false;      // remission as u8
};

inline std::string pcd(const Cloud& cloud, const PcdForm& form = {}) {
  const std::string n = std::to_string(cloud.rows());
  std::string text = "# .PCD v0.7 - Point Cloud Data file format\nVERSION 0.7\n" + form.fields_key +
                     " x y z " + cloud.remission + "\nSIZE 4 4 4 " + (form.bytes ? "1" : "4") +
                     "\nTYPE F F F " + (form.bytes ? "U" : "F") + "\nCOUNT 1 1 1 1\n";
  if (form.size_lines)
    text += "WIDTH " + n + "\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS " + n + "\n";
  text += "DATA " + form.data + "\n";
  if (form.data == "ascii") return text + text_rows(cloud);
  if (form.data == "binary")
    return text + (form.bytes ? raw_rows<float, std::uint8_t>(cloud) : raw_rows<float>(cloud));
  const std::string columns = raw_columns<float>(cloud), packed = lzf_copy(columns);
  return text + bytes_of<std::uint32_t>(static_cast<double>(packed.size())) +
         bytes_of<std::uint32_t>(static_cast<double>(columns.size())) + packed;
}

struct PlyForm {
  std::string format = "binary_little_endian";  // ascii, binary_big_endian
  std::string type = "float";                   // of the coordinates
  std::string remission_type = "float";
  bool list = false;  // a list property before the coordinates
};

inline std::string ply(const Cloud& cloud, const PlyForm& form = {}) {
  std::string text = "ply\nformat " + form.format + " 1.0\ncomment a scan\nelement vertex " +
                     std::to_string(cloud.rows()) + "\n";
  if (form.list) text += "property list uchar int neighbours\n";
  for (const char* axis : {"x", "y", "z"}) text += "property " + form.type + " " + axis + "\n";
  text += "property " + form.remission_type + " " + cloud.remission + "\nend_header\n";
  if (form.format == "ascii") return text + text_rows(cloud, form.list ? "2 7 -8 " : "");
  const bool big = form.format == "binary_big_endian";
  for (std::size_t i = 0; i < cloud.rows(); ++i) {
    if (form.list)
      text += std::string(1, '\2') + bytes_of<std::int32_t>(7, big) + bytes_of<std::int32_t>(-8, big);
    for (std::size_t k = 0; k < 4; ++k)
      text += k < 3 ? (form.type == "double" ? number<double>(cloud, i, k, big)
                                             : number<float>(cloud, i, k, big))
                    : (form.remission_type == "uchar" ? number<float, std::uint8_t>(cloud, i, k, big)
                                                      : number<float>(cloud, i, k, big));
  }
  return text;
}

}  // namespace lsk3d::testing_support
