#include "klay/feature/npy_header.h"

#include <cctype>
#include <charconv>
#include <limits>
#include <optional>

#include "klay/feature/feature_error.h"
#include "klay/feature/npy_array.h"

namespace klay::internal {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kVersionAt = kMagic.size();
// NumPy's own limit, since its version 2.
constexpr std::size_t kMostDimensions = 64;

// What the text can be made of: a dictionary of strings, booleans and tuples of numbers, in Python's syntax.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  NpyHeader Parse() {
    Expect('{');
    while (!Take('}')) {
      const std::string_view key = String();
      Expect(':');
      if (key == "descr" && !dtype_) {
        dtype_ = ReadDtype();
      } else if (key == "fortran_order" && !fortran_order_) {
        fortran_order_ = Boolean();
      } else if (key == "shape" && !shape_) {
        shape_ = Shape();
      } else {
        Fail("an entry \"" + std::string(key.substr(0, 50)) + "\" that is unknown or there twice");
      }
      if (!Take(',')) {
        Expect('}');
        break;
      }
    }
    SkipBlanks();
    if (at_ != text_.size()) Fail("something behind its end");
    if (!dtype_ || !fortran_order_ || !shape_) Fail("no descr, fortran_order or shape");
    return {.dtype = *dtype_, .fortran_order = *fortran_order_, .shape = *shape_};
  }

 private:
  [[noreturn]] static void Fail(const std::string& what) {
    throw FeatureError("damaged: the header of the npy file has " + what);
  }

  void SkipBlanks() {
    while (at_ < text_.size() && " \t\r\n"sv.find(text_[at_]) != std::string_view::npos) ++at_;
  }

  char Next() {
    SkipBlanks();
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  bool Take(char c) {
    if (Next() != c || at_ == text_.size()) return false;
    ++at_;
    return true;
  }

  void Expect(char c) {
    if (!Take(c)) Fail("no " + std::string(1, c) + " at byte " + std::to_string(at_));
  }

  std::string_view String() {
    const char quote = Next();
    if (quote != '\'' && quote != '"') Fail("no string at byte " + std::to_string(at_));
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) Fail("a string without an end");
    const std::string_view string = text_.substr(at_ + 1, end - at_ - 1);
    if (string.find('\\') != std::string_view::npos) Fail("a string with a backslash");
    at_ = end + 1;
    return string;
  }

  Dtype ReadDtype() {
    if (Next() == '[') {
      throw FeatureError(
          "the array has a structured dtype (fields with names), which is not supported: save each field "
          "as an array");
    }
    if (Next() == '(') throw FeatureError("the array has elements that are arrays, which is not supported");
    return ParseDtype(String());
  }

  bool Boolean() {
    SkipBlanks();
    for (const auto& [word, value] : {std::pair{"True"sv, true}, {"False"sv, false}}) {
      if (!text_.substr(at_).starts_with(word)) continue;
      at_ += word.size();
      return value;
    }
    Fail("no True or False at byte " + std::to_string(at_));
  }

  std::vector<std::int64_t> Shape() {
    std::vector<std::int64_t> shape;
    Expect('(');
    while (!Take(')')) {
      SkipBlanks();
      std::int64_t length = 0;
      const char* begin = text_.data() + at_;
      const auto number = std::from_chars(begin, text_.data() + text_.size(), length);
      if (number.ec != std::errc() || length < 0) Fail("no dimension at byte " + std::to_string(at_));
      at_ += static_cast<std::size_t>(number.ptr - begin);
      if (at_ < text_.size() && text_[at_] == 'L') ++at_;  // a long integer of Python 2
      if (shape.size() == kMostDimensions) Fail("more than " + std::to_string(kMostDimensions) + " dimensions");
      shape.push_back(length);
      if (Take(',')) continue;
      Expect(')');
      // Python takes a number in parentheses for that number.
      if (shape.size() == 1) Fail("a shape that is no tuple");
      break;
    }
    return shape;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::optional<Dtype> dtype_;
  std::optional<bool> fortran_order_;
  std::optional<std::vector<std::int64_t>> shape_;
};

std::size_t Little(std::string_view bytes) {
  std::size_t value = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) value = value << 8 | static_cast<unsigned char>(bytes[i - 1]);
  return value;
}

}  // namespace

NpyPrefix ParseNpyPrefix(std::string_view bytes) {
  if (bytes.empty()) throw FeatureError("the file is empty");
  if (bytes[0] == '\x80') {
    throw FeatureError("the file is a Python pickle, which is never loaded: save the array with numpy.save");
  }
  if (bytes.starts_with("PK\3\4"sv) || bytes.starts_with("PK\5\6"sv)) {
    throw FeatureError("the file is an npz archive of several arrays, not an npy file");
  }
  if (!bytes.starts_with(kMagic)) throw FeatureError("not an npy file: it does not begin as one");
  if (bytes.size() < kVersionAt + 4) throw FeatureError("truncated: the file ends within its npy header");
  const int major = static_cast<unsigned char>(bytes[kVersionAt]);
  if (major < 1 || major > 3 || bytes[kVersionAt + 1] != 0) {
    throw FeatureError("the npy file is of version " + std::to_string(major) + "."
                       + std::to_string(static_cast<unsigned char>(bytes[kVersionAt + 1]))
                       + ": 1.0, 2.0 and 3.0 are known");
  }
  const std::size_t length_bytes = major == 1 ? 2 : 4;
  NpyPrefix prefix;
  prefix.text_at = kVersionAt + 2 + length_bytes;
  if (bytes.size() < prefix.text_at) throw FeatureError("truncated: the file ends within its npy header");
  prefix.text_bytes = Little(bytes.substr(kVersionAt + 2, length_bytes));
  if (prefix.text_bytes > kMaxNpyHeaderText) {
    throw FeatureError("damaged: an npy header of " + std::to_string(prefix.text_bytes) + " bytes");
  }
  return prefix;
}

NpyHeader ParseNpyHeaderText(std::string_view text) { return Parser(text).Parse(); }

std::string MakeNpyHeader(const NpyHeader& header) {
  std::string text = "{'descr': '" + header.dtype.ToString() + "', 'fortran_order': "
      + (header.fortran_order ? "True" : "False") + ", 'shape': " + ShapeText(header.shape) + ", }";
  // NumPy leaves room for the dimension that grows when something is appended, up to 21 digits.
  if (!header.shape.empty()) {
    const std::int64_t growing = header.fortran_order ? header.shape.back() : header.shape.front();
    text.append(21 - std::to_string(growing).size(), ' ');
  }
  const auto padded = [&text](std::size_t prefix_bytes) {
    constexpr std::size_t kAlignment = 64;
    return text + std::string(kAlignment - (prefix_bytes + text.size() + 1) % kAlignment, ' ') + '\n';
  };
  std::string out(kMagic);
  std::string padded_text = padded(kVersionAt + 4);
  const bool large = padded_text.size() > std::numeric_limits<std::uint16_t>::max();
  if (large) padded_text = padded(kVersionAt + 6);
  out += large ? '\2' : '\1';
  out += '\0';
  for (int i = 0; i < (large ? 4 : 2); ++i) out += static_cast<char>(padded_text.size() >> (8 * i));
  return out + padded_text;
}

}  // namespace klay::internal
