// SPDX-License-Identifier: MIT
#include "lsk3d/io/torch_checkpoint.h"

#include <array>
#include <charconv>
#include <unordered_set>

#include "byte_cursor.h"
#include "file_kind.h"
#include "lsk3d/io/file.h"
#include "lsk3d/io/zip.h"
#include "pickle.h"
#include "printable.h"
#include "torch_storage.h"

namespace lsk3d {
namespace {

constexpr int kDeepest = 32;
constexpr std::size_t kMostVisits = 2'000'000, kMostText = std::size_t{1} << 26;
/// Views may share a storage and halves are widened, but not without end.
constexpr std::uint64_t kMostGrowth = 16, kSmallGrowth = std::uint64_t{1} << 20;

/// The pickle and where its storages lie, in the order of Pickle::storages.
struct Contents {
  Pickle pickle;
  std::vector<std::span<const std::byte>> storages;
};

/// Walks the dictionaries and writes tensors and metadata under their flattened keys.
class Flattener {
 public:
  Flattener(const Contents& contents, const std::string& path) : contents_(contents) {
    out_.path = path;
    for (const auto& storage : contents.storages) budget_ += kMostGrowth * storage.size();
  }

  TensorFile run() {
    const PickleValue& root = pickle()[pickle().root];
    LSK3D_CHECK(is_container(root.kind), DataError, out_.path,
                ": expected a dictionary of tensors at the top, found a single value");
    walk(root, "", 0);
    return std::move(out_);
  }

 private:
  const Pickle& pickle() const { return contents_.pickle; }
  static bool is_container(PickleKind kind) {
    return kind == PickleKind::dict || kind == PickleKind::list || kind == PickleKind::tuple;
  }

  void walk(const PickleValue& container, const std::string& prefix, int depth) {
    LSK3D_CHECK(depth < kDeepest, DataError, out_.path, ": dictionaries nested deeper than ",
                kDeepest, " levels, or one that contains itself");
    if (container.kind == PickleKind::dict) {
      for (std::size_t i = 0; i + 1 < container.items.size(); i += 2)
        visit(pickle()[container.items[i + 1]], prefix + key_text(pickle()[container.items[i]]),
              depth);
    } else {
      for (std::size_t i = 0; i < container.items.size(); ++i)
        visit(pickle()[container.items[i]], prefix + std::to_string(i), depth);
    }
  }

  void visit(const PickleValue& value, const std::string& key, int depth) {
    // Shared dictionaries would otherwise unfold to exponentially many keys.
    text_bytes_ += key.size() + value.text.size();
    LSK3D_CHECK(++visits_ <= kMostVisits && text_bytes_ <= kMostText, DataError, out_.path,
                ": far more keys and text than a checkpoint has; the file is damaged");
    if (is_container(value.kind)) return walk(value, key + "/", depth + 1);
    if (value.kind == PickleKind::none) return;
    LSK3D_CHECK(keys_.insert(key).second, DataError, out_.path, ": key ", printable(key),
                " occurs twice");
    if (value.kind == PickleKind::tensor) {
      out_.add(key, tensor(value, key));
    } else {
      out_.metadata.emplace(key, scalar_text(value, key));
    }
  }

  std::string key_text(const PickleValue& key) const {
    if (key.kind == PickleKind::text) return key.text;
    LSK3D_CHECK(key.kind == PickleKind::integer, DataError, out_.path,
                ": expected dictionary keys of text or integers, found another type");
    return std::to_string(key.integer);
  }

  std::string scalar_text(const PickleValue& value, const std::string& key) const {
    switch (value.kind) {
      case PickleKind::text:
        return value.text;
      case PickleKind::integer:
        return std::to_string(value.integer);
      case PickleKind::boolean:
        return value.integer ? "true" : "false";
      case PickleKind::real: {
        std::array<char, 32> text;
        const auto end = std::to_chars(text.data(), text.data() + text.size(), value.real).ptr;
        return {text.data(), end};
      }
      default:
        throw DataError(out_.path + ": key " + printable(key) +
                        ": expected a tensor, text or a number, found another value");
    }
  }

  Tensor tensor(const PickleValue& value, const std::string& key) {
    const PickledTensor& view = pickle().tensors[static_cast<std::size_t>(value.integer)];
    return gather(view, pickle().storages[view.storage].type, contents_.storages[view.storage],
                  budget_, out_.path + ": tensor " + printable(key));
  }

  const Contents& contents_;
  TensorFile out_;
  std::unordered_set<std::string> keys_;
  std::size_t visits_ = 0, text_bytes_ = 0;
  std::uint64_t budget_ = kSmallGrowth;
};

void check_storage_size(const PickledStorage& storage, std::uint64_t found,
                        const std::string& path) {
  const std::uint64_t size = element_size(storage.type);
  LSK3D_CHECK(found % size == 0 && found / size == static_cast<std::uint64_t>(storage.count),
              DataError, path, ": storage ", printable(storage.key), ": expected ", storage.count,
              " elements of ", size, " bytes, found ", found, " bytes; the file is damaged");
}

/// torch.save since 1.6: NAME/data.pkl, NAME/data/KEY for each storage, NAME/byteorder.
TensorFile read_zip_container(std::vector<std::byte> bytes, const std::string& path) {
  const ZipReader zip(std::move(bytes), path);
  std::string root;
  std::size_t pickles = 0;
  for (const std::string& name : zip.names())
    if (constexpr std::string_view kPickle = "/data.pkl"; name.ends_with(kPickle)) {
      root = name.substr(0, name.size() - kPickle.size());
      ++pickles;
    }
  LSK3D_CHECK(pickles == 1, DataError, path, ": expected one data.pkl in the archive, found ",
              pickles, "; it is no PyTorch checkpoint");
  if (const std::string order = root + "/byteorder"; zip.contains(order)) {
    const std::vector<std::byte> text = zip.read(order);
    LSK3D_CHECK(
        std::string_view(reinterpret_cast<const char*>(text.data()), text.size()) == "little",
        DataError, path, ": expected little-endian storages; save the file on such a machine");
  }
  std::vector<std::byte> pickle_buffer;
  ByteCursor in(zip.view(root + "/data.pkl", pickle_buffer), path);
  Contents contents{read_pickle(in), {}};
  std::vector<std::vector<std::byte>> buffers(contents.pickle.storages.size());
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    const PickledStorage& storage = contents.pickle.storages[i];
    contents.storages.push_back(zip.view(root + "/data/" + storage.key, buffers[i]));
    check_storage_size(storage, contents.storages.back().size(), path);
  }
  return Flattener(contents, path).run();
}

/// Five pickles (magic number, protocol, system, contents, keys of the storages), then for each key
/// a 64-bit count and the elements.
class LegacyContainer {
 public:
  LegacyContainer(std::span<const std::byte> bytes, const std::string& path)
      : in_(bytes, path), path_(path) {}

  TensorFile read() {
    check_head();
    Contents contents{read_pickle(in_), {}};
    const Pickle keys = read_pickle(in_);
    std::unordered_map<std::string, std::size_t> index;
    for (std::size_t i = 0; i < contents.pickle.storages.size(); ++i)
      index.emplace(contents.pickle.storages[i].key, i);
    check(keys[keys.root].kind == PickleKind::list && keys[keys.root].items.size() == index.size(),
          "a list of all storages");
    contents.storages.resize(index.size());
    for (const PickleIndex item : keys[keys.root].items) {
      const auto found = index.find(keys[item].text);
      check(keys[item].kind == PickleKind::text && found != index.end(), "keys of storages");
      const PickledStorage& storage = contents.pickle.storages[found->second];
      const auto count = in_.read<std::int64_t>("a storage's size");
      check(count == storage.count && count <= INT64_MAX / 8, "the storages' declared sizes");
      contents.storages[found->second] =
          in_.take(static_cast<std::uint64_t>(count) * element_size(storage.type), "a storage");
      index.erase(found);
    }
    return Flattener(contents, path_).run();
  }

 private:
  void check(bool ok, const char* expected) const {
    LSK3D_CHECK(ok, DataError, path_, ": expected ", expected, " before byte ", in_.position(),
                "; the file is damaged or no PyTorch checkpoint");
  }

  void check_head() {
    const Pickle magic = read_pickle(in_);
    constexpr std::string_view kMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
    check(magic[magic.root].kind == PickleKind::long_integer && magic[magic.root].text == kMagic,
          "PyTorch's magic number");
    const Pickle protocol = read_pickle(in_);
    check(protocol[protocol.root].kind == PickleKind::integer &&
              protocol[protocol.root].integer == 1001,
          "protocol version 1001");
    const Pickle system = read_pickle(in_);
    bool little = false;
    const PickleValue& entries = system[system.root];
    if (entries.kind == PickleKind::dict)
      for (std::size_t i = 0; i + 1 < entries.items.size(); i += 2)
        little |= system[entries.items[i]].text == "little_endian" &&
                  system[entries.items[i + 1]].integer == 1;
    check(little, "a little-endian system");
  }

  ByteCursor in_;
  std::string path_;
};

}  // namespace

TensorFile read_torch_checkpoint(const std::string& path) {
  std::vector<std::byte> bytes = read_file(path);
  const auto starts_with = [&](std::string_view magic) {
    return bytes.size() >= magic.size() &&
           std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
  };
  if (starts_with("PK\x03\x04")) return read_zip_container(std::move(bytes), path);
  if (!starts_with("\x80")) {
    const FileKind kind = file_kind(
        {reinterpret_cast<const char*>(bytes.data()), std::min(bytes.size(), kFileHead)}, path);
    throw DataError(path + ": expected a PyTorch checkpoint, found " +
                    (kind.name.empty() ? "neither a zip archive nor a pickle; check the path"
                                       : kind.name + "; " + kind.advice));
  }
  return LegacyContainer(bytes, path).read();
}

}  // namespace lsk3d
