// SPDX-License-Identifier: MIT
#include "lsk3d/io/tensorboard.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <limits>

#include "byte_writer.h"
#include "crc32c.h"
#include "lsk3d/core/check.h"

namespace lsk3d {
namespace {

constexpr std::size_t kFlushBytes = 1 << 16;

// Protocol-buffer wire format: each field opens with (field number << 3 | wire type).
enum WireType : std::uint64_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

void put_varint(ByteWriter& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.number(static_cast<std::uint8_t>(value | 0x80));
  out.number(static_cast<std::uint8_t>(value));
}
void put_key(ByteWriter& out, std::uint64_t field, WireType type) {
  put_varint(out, field << 3 | type);
}
void put_text(ByteWriter& out, std::uint64_t field, std::string_view text) {
  put_key(out, field, kBytes);
  put_varint(out, text.size());
  out.text(text);
}
void put_message(ByteWriter& out, std::uint64_t field, const ByteWriter& message) {
  put_key(out, field, kBytes);
  put_varint(out, message.size());
  out.bytes(message.view());
}

/// Event { double wall_time = 1; int64 step = 2; … }
ByteWriter event(std::int64_t step) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  ByteWriter out;
  put_key(out, 1, kFixed64);
  out.number(std::chrono::duration<double>(now).count());
  put_key(out, 2, kVarint);
  put_varint(out, static_cast<std::uint64_t>(step));
  return out;
}

/// TFRecord: length, its masked CRC, data, its masked CRC.
void put_record(ByteWriter& out, const ByteWriter& data) {
  ByteWriter length;
  length.number(static_cast<std::uint64_t>(data.size()));
  out.bytes(length.view());
  out.number(masked_crc32c(length.view()));
  out.bytes(data.view());
  out.number(masked_crc32c(data.view()));
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "localhost";
  return name.data();
}

float as_f32(double value) {  // a plain cast of what does not fit is undefined
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  constexpr double kLargest = std::numeric_limits<float>::max();
  if (value > kLargest) return kInfinity;
  if (value < -kLargest) return -kInfinity;
  return static_cast<float>(value);
}

}  // namespace

struct TensorboardWriter::State {
  std::string path;
  int descriptor = -1;
  ByteWriter pending;

  ~State() {
    if (descriptor >= 0) ::close(descriptor);
  }
  void open(const std::string& dir) {
    std::error_code error;
    std::filesystem::create_directories(dir, error);
    LSK3D_CHECK(!error, DataError, dir, ": cannot create the folder: ", error.message());
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(
        std::chrono::system_clock::now().time_since_epoch());
    const std::string base = (std::filesystem::path(dir) / "events.out.tfevents.").string() +
                             std::to_string(seconds.count()) + "." + host_name();
    // Two writers may start within one second.
    for (int i = 0; descriptor < 0; ++i) {
      path = i == 0 ? base : str_cat(base, ".", i);
      descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
      LSK3D_CHECK(descriptor >= 0 || errno == EEXIST, DataError, path,
                  ": cannot create: ", std::strerror(errno),
                  "; check the folder's rights and the free space");
    }
  }
  void flush() {
    auto left = pending.view();
    while (!left.empty()) {
      const ssize_t put = ::write(descriptor, left.data(), left.size());
      if (put < 0 && errno == EINTR) continue;
      LSK3D_CHECK(put >= 0, DataError, path, ": cannot write: ", std::strerror(errno),
                  "; check the free space");
      left = left.subspan(static_cast<std::size_t>(put));
    }
    pending.clear();
  }
};

TensorboardWriter::TensorboardWriter(const std::string& dir) : state_(std::make_unique<State>()) {
  state_->open(dir);
  ByteWriter first = event(0);
  put_text(first, 3, "brain.Event:2");  // file_version
  put_record(state_->pending, first);
  state_->flush();
}

TensorboardWriter::~TensorboardWriter() {
  try {
    state_->flush();
  } catch (const DataError&) {
  }
}

void TensorboardWriter::scalar(const std::string& tag, double value, std::int64_t step) {
  ByteWriter entry;  // Summary.Value { string tag = 1; float simple_value = 2; }
  put_text(entry, 1, tag);
  put_key(entry, 2, kFixed32);
  entry.number(as_f32(value));
  ByteWriter summary;  // Summary { repeated Value value = 1; }
  put_message(summary, 1, entry);
  ByteWriter whole = event(step);
  put_message(whole, 5, summary);
  put_record(state_->pending, whole);
  if (state_->pending.size() >= kFlushBytes) state_->flush();
}

void TensorboardWriter::flush() { state_->flush(); }

}  // namespace lsk3d
