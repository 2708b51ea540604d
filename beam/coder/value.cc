#include "beam/coder/value.h"

#include <charconv>

#include "beam/base/error.h"

namespace beam {
namespace {

constexpr std::string_view kKinds[] = {"null",  "a boolean", "an integer", "a number", "text",
                                       "bytes", "a list",    "a map",      "a row"};

void Append(const Value& value, std::string& out);

template <class Items, class AppendItem>
void AppendItems(char open, char close, const Items& items, std::string& out, AppendItem&& append) {
  out += open;
  bool first = true;
  for (const auto& item : items) {
    if (!first) out += ", ";
    first = false;
    append(item);
  }
  out += close;
}

struct Appender {
  std::string& out;

  void operator()(std::monostate) const { out += "null"; }
  void operator()(bool value) const { out += value ? "true" : "false"; }
  void operator()(std::int64_t value) const { out += std::to_string(value); }
  void operator()(double value) const {
    char text[32];
    out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
  }
  void operator()(const std::string& value) const { (out += '"') += value + '"'; }
  void operator()(const Bytes& value) const {
    out += "h'";
    for (const std::byte byte : value) {
      out += "0123456789ABCDEF"[static_cast<int>(byte) >> 4];
      out += "0123456789ABCDEF"[static_cast<int>(byte) & 15];
    }
    out += '\'';
  }
  void operator()(const Value::List& values) const {
    AppendItems('[', ']', values, out, [this](const Value& value) { Append(value, out); });
  }
  void operator()(const Value::Map& entries) const {
    AppendItems('{', '}', entries, out, [this](const auto& entry) {
      Append(entry.key, out);
      out += ": ";
      Append(entry.value, out);
    });
  }
  void operator()(const Value::Row& fields) const {
    AppendItems('{', '}', fields, out, [this](const auto& field) {
      out += field.name + ": ";
      Append(field.value, out);
    });
  }
};

void Append(const Value& value, std::string& out) { std::visit(Appender{out}, value.data); }

}  // namespace

bool Value::operator==(const Value& other) const { return data == other.data; }
bool Value::operator<(const Value& other) const { return data < other.data; }

const Value& Value::At(std::string_view name) const {
  for (const auto& [field, value] : Get<Row>()) {
    if (field == name) return value;
  }
  throw Error("a value lacks the field '" + std::string(name) + "': " + DebugString(*this));
}

std::string DebugString(const Value& value) {
  std::string text;
  Append(value, text);
  return text;
}

void internal::ThrowWrongKind(const Value& value, std::size_t expected) {
  throw Error("a value is " + std::string(kKinds[value.data.index()]) + " where " + std::string(kKinds[expected])
              + " is needed: " + DebugString(value));
}

}  // namespace beam
