// SPDX-License-Identifier: MIT
#include "lsk3d/io/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <string_view>
#include <unordered_set>

#include "input_file.h"
#include "lsk3d/core/check.h"
#include "printable.h"

namespace lsk3d {
namespace {

constexpr std::size_t kMostText = std::size_t{1} << 20;
constexpr std::size_t kMostExpandedText = std::size_t{4} << 20;  // with what aliases repeat
constexpr std::size_t kMostValues = 200'000;  // keys count too: 65 536 raw labels fit
constexpr std::size_t kDeepest = 32;
constexpr std::size_t kLongestKey = 1024;  // YAML's own limit for a plain key

/// Builds the tree from the parser's events, and counts while they come: a document that unfolds
/// without end is given up as soon as it passes a limit.
class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(std::shared_ptr<const std::string> source) : source_(std::move(source)) {}
  YamlTree take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    place(charged(mark.line + 1, Kind::none, {}), {}, false, anchor, 0);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    place(charged(mark.line + 1, Kind::scalar, value), {1, value.size()}, tag == "?", anchor, 0);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const int line = mark.line + 1;
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end())
      fail(line,
           "expected an alias of something above, found one of what it stands in; write out "
           "what is meant");
    charge(line, found->second.size);
    check_depth(open_.size() + found->second.height, line);
    YamlTree copy = found->second.tree;
    copy.line = line;
    place(std::move(copy), found->second.size, false, YAML::NullAnchor, found->second.height);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, Kind::list, anchor);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, Kind::map, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override {
    merge_keys(open_.back());
    close();
  }

 private:
  using Kind = YamlTree::Kind;

  /// What a value and all below it take.
  struct Size {
    std::size_t values = 1, text = 0;
  };
  struct Anchored {
    YamlTree tree;
    Size size;
    std::size_t height = 0;
  };
  struct Open {
    YamlTree tree;
    YAML::anchor_t anchor = YAML::NullAnchor;
    Size before;             // what was charged when it began
    std::size_t height = 1;  // levels in it so far
    bool has_key = false;    // the next value belongs to `key`
    std::string key;
    int key_line = 0;
    std::vector<YamlTree> merged;  // maps of its merge keys
    bool merges = false;           // `key` is a merge key
  };

  [[noreturn]] void fail(int line, const std::string& message) const {
    throw DataError(str_cat(*source_, ":", line, ": ", message));
  }
  void check_depth(std::size_t levels, int line) const {
    if (levels > kDeepest)
      fail(line, str_cat("expected at most ", kDeepest,
                         " levels of nesting, found more; is it another kind of file?"));
  }

  void charge(int line, Size size) {
    charged_.values += size.values;
    charged_.text += size.text;
    if (charged_.values > kMostValues)
      fail(line, str_cat("expected at most ", kMostValues,
                         " values, aliases expanded, found more; write out what is meant"));
    if (charged_.text > kMostExpandedText)
      fail(line,
           "expected at most 4 MiB of text, aliases expanded, found more; write out what is "
           "meant");
  }
  YamlTree charged(int line, Kind kind, const std::string& text) {
    charge(line, {1, text.size()});
    YamlTree tree;
    tree.kind = kind;
    tree.line = line;
    tree.source = source_;
    tree.scalar = text;
    return tree;
  }

  void open(const YAML::Mark& mark, Kind kind, YAML::anchor_t anchor) {
    check_depth(open_.size() + 1, mark.line + 1);
    Open next;
    next.before = charged_;
    next.tree = charged(mark.line + 1, kind, {});
    next.anchor = anchor;
    open_.push_back(std::move(next));
  }

  void close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    const Size size{charged_.values - done.before.values, charged_.text - done.before.text};
    place(std::move(done.tree), size, false, done.anchor, done.height);
  }

  /// Puts a finished value where it belongs: as the root, an item, a key or the value of one.
  void place(YamlTree tree, Size size, bool plain, YAML::anchor_t anchor, std::size_t height) {
    if (anchor != YAML::NullAnchor) {
      charge(tree.line, size);  // the copy takes memory as well
      anchors_[anchor] = {tree, size, height};
    }
    if (open_.empty()) {
      root_ = std::move(tree);
      return;
    }
    Open& parent = open_.back();
    parent.height = std::max(parent.height, height + 1);
    if (parent.tree.kind == Kind::list) {
      parent.tree.items.push_back(std::move(tree));
    } else if (!parent.has_key) {
      take_key(parent, tree, plain);
    } else {
      parent.has_key = false;
      if (parent.merges) return merge(parent, std::move(tree));
      tree.line = parent.key_line;
      parent.tree.entries.emplace_back(std::move(parent.key), std::move(tree));
    }
  }

  void take_key(Open& parent, YamlTree& key, bool plain) {
    const bool word = key.kind == Kind::scalar && key.scalar.size() <= kLongestKey &&
                      std::all_of(key.scalar.begin(), key.scalar.end(), [](char c) {
                        return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f;
                      });
    if (!word) fail(key.line, "a key must be a plain word, found " + key.found());
    parent.has_key = true;
    parent.merges = plain && key.scalar == "<<";
    parent.key = std::move(key.scalar);
    parent.key_line = key.line;
  }

  void merge(Open& parent, YamlTree tree) {
    const auto is_map = [](const YamlTree& t) { return t.kind == Kind::map; };
    if (is_map(tree)) {
      parent.merged.push_back(std::move(tree));
    } else {
      if (tree.kind != Kind::list || !std::all_of(tree.items.begin(), tree.items.end(), is_map))
        fail(tree.line, "<<: expected a section or a list of them, found " + tree.found());
      std::move(tree.items.begin(), tree.items.end(), std::back_inserter(parent.merged));
    }
  }

  /// Refuses keys given twice; adds what merge keys bring, where nothing nearer says otherwise.
  void merge_keys(Open& map) {
    auto& entries = map.tree.entries;
    std::unordered_set<std::string> keys;
    for (const auto& [key, value] : entries)
      if (!keys.insert(key).second)
        fail(value.line, "key " + printable(key) + " is given twice; keep one of them");
    for (YamlTree& from : map.merged)
      for (auto& [key, value] : from.entries)
        if (keys.insert(key).second) entries.emplace_back(key, std::move(value));
  }

  std::shared_ptr<const std::string> source_;
  YamlTree root_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Anchored> anchors_;
  Size charged_{0, 0};
};

}  // namespace

const YamlTree* YamlTree::find(const std::string& key) const {
  for (const auto& [name, value] : entries)
    if (name == key) return &value;
  return nullptr;
}

YamlTree* YamlTree::find(const std::string& key) {
  return const_cast<YamlTree*>(std::as_const(*this).find(key));
}

std::string YamlTree::where() const {
  const std::string& name = source ? *source : "";
  return line > 0 ? str_cat(name, ":", line) : name;
}

std::string YamlTree::found() const {
  switch (kind) {
    case Kind::none:
      return "nothing";
    case Kind::scalar:
      return printable(scalar);
    case Kind::list:
      return str_cat("a list of ", items.size());
    case Kind::map:
      return "a section";
  }
  return "?";
}

YamlTree parse_yaml(const std::string& text, const std::string& source) {
  LSK3D_CHECK(text.size() <= kMostText, DataError, source,
              ": expected at most 1 MiB of YAML, found more; is it another kind of file?");
  TreeBuilder builder(std::make_shared<std::string>(source));
  try {
    std::istringstream in(text);
    YAML::Parser parser(in);
    if (!parser.HandleNextDocument(builder)) return {};
  } catch (const YAML::Exception& e) {
    throw DataError(str_cat(source, ":", e.mark.line + 1, ": not valid YAML: ", e.msg));
  }
  return builder.take();
}

std::string read_yaml_text(const std::string& path) {
  const std::vector<std::byte> bytes = InputFile(path).read_to_end(kMostText + 1);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace lsk3d
