// SPDX-License-Identifier: MIT
#include "pickle.h"

#include <algorithm>
#include <map>

#include "pickle_opcode.h"
#include "printable.h"
#include "tensor_bytes.h"

namespace lsk3d {
namespace {

/// Real checkpoints hold some ten thousand values; more is a file made to exhaust memory.
constexpr std::size_t kMostValues = 2'000'000;

const std::map<std::string, PickleGlobal, std::less<>>& known_globals() {
  using enum PickleGlobal;
  static const std::map<std::string, PickleGlobal, std::less<>> known = {
      {"collections OrderedDict", ordered_dict},
      {"torch._utils _rebuild_tensor_v2", rebuild_tensor},
      {"torch._utils _rebuild_parameter", rebuild_parameter},
      {"torch Size", torch_size},
      {"torch FloatStorage", float_storage},
      {"torch DoubleStorage", double_storage},
      {"torch HalfStorage", half_storage},
      {"torch BFloat16Storage", bfloat16_storage},
      {"torch LongStorage", long_storage},
      {"torch IntStorage", int_storage},
      {"torch ShortStorage", short_storage},
      {"torch CharStorage", char_storage},
      {"torch ByteStorage", byte_storage},
      {"torch BoolStorage", bool_storage}};
  return known;
}

class PickleReader {
 public:
  explicit PickleReader(ByteCursor& in) : in_(in) {}

  Pickle read() {
    while (step(in_.read<std::uint8_t>("opcode"))) {
    }
    result_.root = pop();
    check(stack_.empty() && marks_.empty(), "one value at the end", "more");
    return std::move(result_);
  }

 private:
  using Kind = PickleKind;

  void check(bool ok, const std::string& expected, const std::string& found) const {
    LSK3D_CHECK(ok, DataError, in_.path(), ": pickle at byte ", in_.position(), ": expected ",
                expected, ", found ", found, "; the file is damaged or no plain checkpoint");
  }

  // ---- the stack
  PickleIndex make(PickleValue value) {
    check(result_.values.size() < kMostValues, "a checkpoint", "over 2 million values");
    result_.values.push_back(std::move(value));
    return static_cast<PickleIndex>(result_.values.size() - 1);
  }
  void push(PickleIndex index) { stack_.push_back(index); }
  void push_new(PickleValue value) { push(make(std::move(value))); }
  void push_integer(Kind kind, std::int64_t value) { push_new({kind, value, 0, {}, {}}); }
  void push_text(std::uint64_t count) {
    push_new({Kind::text, 0, 0, std::string(in_.text(count, "text")), {}});
  }
  std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }
  PickleIndex top() const {
    check(stack_.size() > floor(), "a value on the stack", "none");
    return stack_.back();
  }
  PickleIndex pop() {
    const PickleIndex index = top();
    stack_.pop_back();
    return index;
  }
  std::vector<PickleIndex> pop_mark() {
    check(!marks_.empty(), "a mark on the stack", "none");
    std::vector<PickleIndex> items(stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back()),
                                   stack_.end());
    stack_.resize(marks_.back());
    marks_.pop_back();
    return items;
  }
  PickleValue& value(PickleIndex index) { return result_.values[index]; }
  PickleValue& want(PickleIndex index, Kind kind, const char* expected) {
    check(value(index).kind == kind, expected, "another value");
    return value(index);
  }

  // ---- the memo
  void put(std::uint64_t key) { memo_[key] = top(); }
  void get(std::uint64_t key) {
    const auto found = memo_.find(key);
    check(found != memo_.end(), "an entry in the memo", "no entry " + std::to_string(key));
    push(found->second);
  }

  // ---- containers
  void push_tuple(std::size_t count) {
    PickleValue tuple{Kind::tuple, 0, 0, {}, std::vector<PickleIndex>(count)};
    for (std::size_t i = count; i > 0; --i) tuple.items[i - 1] = pop();
    push_new(std::move(tuple));
  }
  void extend(PickleIndex target, Kind kind, const std::vector<PickleIndex>& items) {
    check(kind != Kind::dict || items.size() % 2 == 0, "pairs of key and value", "an odd number");
    auto& to = want(target, kind, kind == Kind::dict ? "a dictionary" : "a list").items;
    to.insert(to.end(), items.begin(), items.end());
  }

  // ---- globals and what they make
  void push_global(std::string_view module, std::string_view name) {
    const std::string full = std::string(module) + " " + std::string(name);
    const auto found = known_globals().find(full);
    LSK3D_CHECK(found != known_globals().end(), DataError, in_.path(), ": pickle names the global ",
                printable(full),
                ", which is not on the list of known ones; nothing was executed; "
                "save plain tensors, dictionaries and numbers only");
    push_integer(Kind::global, static_cast<std::int64_t>(found->second));
  }
  PickleGlobal global(PickleIndex index) {
    return static_cast<PickleGlobal>(want(index, Kind::global, "a global").integer);
  }
  std::vector<std::int64_t> counts(PickleIndex index, const char* expected) {
    std::vector<std::int64_t> numbers;
    for (const PickleIndex item : want(index, Kind::tuple, expected).items)
      numbers.push_back(count(item, expected));
    check(numbers.size() <= kMaxRank, "at most 32 dimensions", std::to_string(numbers.size()));
    return numbers;
  }
  std::int64_t count(PickleIndex index, const char* expected) {
    const std::int64_t number = want(index, Kind::integer, expected).integer;
    check(number >= 0, expected, std::to_string(number));
    return number;
  }

  void reduce() {
    const PickleIndex arguments = pop();
    const PickleGlobal callable = global(pop());
    const auto args = want(arguments, Kind::tuple, "a tuple of arguments").items;  // a copy
    switch (callable) {
      case PickleGlobal::ordered_dict:
        check(args.empty(), "an empty OrderedDict", "arguments");
        return push_new({Kind::dict, 0, 0, {}, {}});
      case PickleGlobal::torch_size:
        check(args.size() == 1, "one argument of torch.Size", std::to_string(args.size()));
        counts(args[0], "a torch.Size");
        return push(args[0]);
      case PickleGlobal::rebuild_parameter:
        check(args.size() == 3, "three arguments of a parameter", std::to_string(args.size()));
        want(args[0], Kind::tensor, "a tensor");
        return push(args[0]);
      case PickleGlobal::rebuild_tensor:
        return rebuild_tensor(args);
      default:
        check(false, "a function", "a storage type");
    }
  }
  /// (storage, offset, shape, strides, requires_grad, hooks[, metadata])
  void rebuild_tensor(const std::vector<PickleIndex>& args) {
    check(args.size() == 6 || args.size() == 7, "six arguments of a tensor",
          std::to_string(args.size()));
    PickledTensor tensor;
    tensor.storage = static_cast<std::size_t>(want(args[0], Kind::storage, "a storage").integer);
    tensor.offset = count(args[1], "an offset");
    tensor.shape = counts(args[2], "a shape of no negative extents");
    tensor.strides = counts(args[3], "strides that are not negative");
    check(tensor.shape.size() == tensor.strides.size(), "as many strides as extents", "others");
    result_.tensors.push_back(std::move(tensor));
    push_integer(Kind::tensor, static_cast<std::int64_t>(result_.tensors.size() - 1));
  }
  /// ("storage", type, key, location, count[, None])
  void persistent_id() {
    const auto id = want(pop(), Kind::tuple, "a storage's description").items;  // a copy
    check((id.size() == 5 || (id.size() == 6 && value(id[5]).kind == Kind::none)) &&
              value(id[0]).kind == Kind::text && value(id[0]).text == "storage",
          "a storage's description", "another persistent id");
    const PickleGlobal type = global(id[1]);
    check(type >= PickleGlobal::float_storage, "a storage type", "another global");
    const std::string key = want(id[2], Kind::text, "a storage's key").text;
    const std::int64_t elements = count(id[4], "a storage's size");
    const auto [found, is_new] = storage_index_.emplace(key, result_.storages.size());
    if (is_new) result_.storages.push_back({key, type, elements});
    const PickledStorage& known = result_.storages[found->second];
    check(known.type == type && known.count == elements, "storage " + printable(key) + " as before",
          "another type or size");
    push_integer(Kind::storage, static_cast<std::int64_t>(found->second));
  }
  /// Attributes of a dictionary (a state dict's _metadata) carry no tensors of the model.
  void build() {
    const Kind state = value(pop()).kind;
    check(state == Kind::dict || state == Kind::none, "attributes", "another value");
    want(top(), Kind::dict, "a dictionary with attributes");
  }

  void push_long(std::uint64_t count) {
    const std::string_view bytes = in_.text(count, "integer");
    if (count > 8) return push_new({Kind::long_integer, 0, 0, std::string(bytes), {}});
    std::uint64_t number = 0;
    std::memcpy(&number, bytes.data(), bytes.size());
    const auto unused = static_cast<unsigned>(8 * (8 - count));  // sign-extend from the top byte
    push_integer(Kind::integer,
                 count == 0 ? 0 : static_cast<std::int64_t>(number << unused) >> unused);
  }
  void push_real() {  // the only big-endian number of the format
    std::uint64_t bits = 0;
    for (int i = 0; i < 8; ++i) bits = bits << 8 | in_.read<std::uint8_t>("number");
    push_new({Kind::real, 0, std::bit_cast<double>(bits), {}, {}});
  }

  /// Runs one opcode; false at the end.
  bool step(std::uint8_t code);

  ByteCursor& in_;
  Pickle result_;
  std::vector<PickleIndex> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint64_t, PickleIndex> memo_;
  std::unordered_map<std::string, std::size_t> storage_index_;
};

bool PickleReader::step(std::uint8_t code) {
  using Op = PickleOpcode;
  switch (static_cast<Op>(code)) {
    case Op::proto: {
      const int protocol = in_.read<std::uint8_t>("protocol");
      check(protocol >= 2 && protocol <= 5, "protocol 2 to 5", std::to_string(protocol));
      break;
    }
    case Op::frame:
      in_.read<std::uint64_t>("frame");
      break;
    case Op::stop:
      return false;
    case Op::mark:
      marks_.push_back(stack_.size());
      break;

    case Op::none:
      push_new({});
      break;
    case Op::new_true:
      push_integer(Kind::boolean, 1);
      break;
    case Op::new_false:
      push_integer(Kind::boolean, 0);
      break;
    case Op::bin_int:
      push_integer(Kind::integer, in_.read<std::int32_t>("number"));
      break;
    case Op::bin_int1:
      push_integer(Kind::integer, in_.read<std::uint8_t>("number"));
      break;
    case Op::bin_int2:
      push_integer(Kind::integer, in_.read<std::uint16_t>("number"));
      break;
    case Op::long1:
      push_long(in_.read<std::uint8_t>("length"));
      break;
    case Op::bin_float:
      push_real();
      break;

    case Op::short_bin_string:
    case Op::short_bin_unicode:
      push_text(in_.read<std::uint8_t>("length"));
      break;
    case Op::bin_string:  // a signed length: a negative one is far past any file's end
    case Op::bin_unicode:
      push_text(in_.read<std::uint32_t>("length"));
      break;
    case Op::bin_unicode8:
      push_text(in_.read<std::uint64_t>("length"));
      break;

    case Op::empty_tuple:
      push_tuple(0);
      break;
    case Op::tuple1:
      push_tuple(1);
      break;
    case Op::tuple2:
      push_tuple(2);
      break;
    case Op::tuple3:
      push_tuple(3);
      break;
    case Op::tuple:
      push_new({Kind::tuple, 0, 0, {}, pop_mark()});
      break;
    case Op::empty_list:
      push_new({Kind::list, 0, 0, {}, {}});
      break;
    case Op::append: {
      const PickleIndex item = pop();
      extend(top(), Kind::list, {item});
      break;
    }
    case Op::appends: {
      const auto items = pop_mark();
      extend(top(), Kind::list, items);
      break;
    }
    case Op::empty_dict:
      push_new({Kind::dict, 0, 0, {}, {}});
      break;
    case Op::set_item: {
      const PickleIndex item = pop(), key = pop();
      extend(top(), Kind::dict, {key, item});
      break;
    }
    case Op::set_items: {
      const auto items = pop_mark();
      extend(top(), Kind::dict, items);
      break;
    }

    case Op::bin_put:
      put(in_.read<std::uint8_t>("memo"));
      break;
    case Op::long_bin_put:
      put(in_.read<std::uint32_t>("memo"));
      break;
    case Op::memoize:
      put(memo_.size());
      break;
    case Op::bin_get:
      get(in_.read<std::uint8_t>("memo"));
      break;
    case Op::long_bin_get:
      get(in_.read<std::uint32_t>("memo"));
      break;

    case Op::global: {
      const std::string_view module = in_.line("module");
      push_global(module, in_.line("name"));
      break;
    }
    case Op::stack_global: {
      const PickleIndex name = pop(), module = pop();
      push_global(want(module, Kind::text, "a module's name").text,
                  want(name, Kind::text, "a global's name").text);
      break;
    }
    case Op::reduce:
      reduce();
      break;
    case Op::build:
      build();
      break;
    case Op::bin_persid:
      persistent_id();
      break;

    default:
      check(false, "an opcode of plain data", "opcode " + std::to_string(code));
  }
  return true;
}

}  // namespace

Pickle read_pickle(ByteCursor& in) { return PickleReader(in).read(); }

}  // namespace lsk3d
