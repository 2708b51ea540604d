#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <limits>

#include "beam/coder/test_standard_coders_file.h"

namespace beam {
namespace {

// The file writes bytes as the code points U+0000 to U+00FF.
std::string FromLatin1(const std::string& utf8) {
  std::string bytes;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto c = static_cast<unsigned char>(utf8[i]);
    if (c < 0x80) {
      bytes += static_cast<char>(c);
    } else {
      const auto next = static_cast<unsigned char>(utf8.at(++i));
      bytes += static_cast<char>((c & 3) << 6 | (next & 0x3F));
    }
  }
  return bytes;
}

Bytes ToBytes(const std::string& text) {
  const auto* begin = reinterpret_cast<const std::byte*>(text.data());
  return Bytes(begin, begin + text.size());
}

double ToDouble(const std::string& text) { return std::strtod(text.c_str(), nullptr); }

CoderSpec ParseSpec(const YAML::Node& node) {
  CoderSpec spec;
  spec.urn = node["urn"].as<std::string>();
  if (node["payload"]) spec.payload = FromLatin1(node["payload"].as<std::string>());
  for (const YAML::Node& component : node["components"]) spec.components.push_back(ParseSpec(component));
  if (spec.urn == "beam:coder:row:v1") spec.schema = std::make_shared<Schema>(ParseSchema(spec.payload));
  return spec;
}

Value ToValue(const FieldType& type, const YAML::Node& node);

Value ToRow(const Schema& schema, const YAML::Node& node) {
  EXPECT_EQ(node.size(), schema.fields.size());
  Value::Row row;
  for (const Field& field : schema.fields) row.push_back({field.name, ToValue(field.type, node[field.name])});
  return {row};
}

Value ToValue(const FieldType& type, const YAML::Node& node) {
  if (type.nullable && node.IsNull()) return {};
  const auto text = [&] { return node.as<std::string>(); };
  switch (type.kind) {
    case FieldType::Kind::kAtomic:
      switch (type.atomic) {
        case AtomicType::kBoolean: return {node.as<bool>()};
        case AtomicType::kFloat: return {static_cast<double>(static_cast<float>(ToDouble(text())))};
        case AtomicType::kDouble: return {ToDouble(text())};
        case AtomicType::kString: return {text()};
        case AtomicType::kBytes: return {ToBytes(text())};
        default: return {node.as<std::int64_t>()};
      }
    case FieldType::Kind::kArray:
    case FieldType::Kind::kIterable: {
      Value::List list;
      for (const YAML::Node& element : node) list.push_back(ToValue(type.components[0], element));
      return {list};
    }
    case FieldType::Kind::kMap: {
      Value::Map map;
      for (const auto& entry : node) {
        map.push_back({ToValue(type.components[0], entry.first), ToValue(type.components[1], entry.second)});
      }
      std::sort(map.begin(), map.end());
      return {map};
    }
    case FieldType::Kind::kRow: return ToRow(*type.row, node);
    case FieldType::Kind::kLogical:
      // Written in the file as their representation, but for decimals. That of an instant has its sign bit flipped.
      if (type.logical_urn == "beam:logical_type:decimal:v1") return {text()};
      if (type.logical_urn == "beam:logical_type:millis_instant:v1") {
        return {node.as<std::int64_t>() ^ std::numeric_limits<std::int64_t>::min()};
      }
      return ToValue(type.components[0], node);
  }
  throw Error("unknown kind of type");
}

Value ToWindow(const YAML::Node& node) {
  if (node.IsScalar()) return {Value::Row{}};
  return {Value::Row{{"end", {node["end"].as<std::int64_t>()}}, {"span", {node["span"].as<std::int64_t>()}}}};
}

Value ToWindows(const YAML::Node& node) {
  Value::List windows;
  for (const YAML::Node& window : node) windows.push_back(ToWindow(window));
  return {windows};
}

Value ToPane(const YAML::Node& node) {
  return {Value::Row{{"is_first", {node["is_first"].as<bool>()}},
                     {"is_last", {node["is_last"].as<bool>()}},
                     {"timing", {node["timing"].as<std::string>()}},
                     {"index", {node["index"].as<std::int64_t>()}},
                     {"on_time_index", {node["on_time_index"].as<std::int64_t>()}}}};
}

Value ToValue(const CoderSpec& spec, const YAML::Node& node);

Value ToWindowedValue(const CoderSpec& spec, const YAML::Node& node) {
  return {Value::Row{{"value", ToValue(spec.components[0], node["value"])},
                     {"timestamp", {node["timestamp"].as<std::int64_t>()}},
                     {"pane", ToPane(node["pane"])},
                     {"windows", ToWindows(node["windows"])}}};
}

Value ToTimer(const CoderSpec& spec, const YAML::Node& node) {
  const bool clear = node["clearBit"].as<bool>();
  Value::Row timer = {{"userKey", ToValue(spec.components[0], node["userKey"])},
                      {"dynamicTimerTag", {node["dynamicTimerTag"].as<std::string>()}},
                      {"windows", ToWindows(node["windows"])},
                      {"clearBit", {clear}}};
  if (!clear) {
    timer.push_back({"fireTimestamp", {node["fireTimestamp"].as<std::int64_t>()}});
    timer.push_back({"holdTimestamp", {node["holdTimestamp"].as<std::int64_t>()}});
    timer.push_back({"pane", ToPane(node["pane"])});
  }
  return {timer};
}

Value ToList(const CoderSpec& spec, const YAML::Node& node) {
  Value::List list;
  for (const YAML::Node& element : node) list.push_back(ToValue(spec.components[0], element));
  return {list};
}

Value ToKv(const CoderSpec& spec, const YAML::Node& node) {
  return {Value::Row{{"key", ToValue(spec.components[0], node["key"])},
                     {"value", ToValue(spec.components[1], node["value"])}}};
}

Value ToCustomWindow(const CoderSpec&, const YAML::Node& node) {
  const std::int64_t end = node["window"]["end"].as<std::int64_t>();
  return {Value::Row{{"maxTimestamp", {end - 1}}, {"window", ToWindow(node["window"])}}};
}

Value ToShardedKey(const CoderSpec& spec, const YAML::Node& node) {
  return {Value::Row{{"shardId", {ToBytes(node["shardId"].as<std::string>())}},
                     {"key", ToValue(spec.components[0], node["key"])}}};
}

Value ToValue(const CoderSpec& spec, const YAML::Node& node) {
  using Reading = std::function<Value(const CoderSpec&, const YAML::Node&)>;
  static const std::map<std::string, Reading> readings = {
      {"bytes", [](const auto&, const auto& n) { return Value{ToBytes(n.template as<std::string>())}; }},
      {"string_utf8", [](const auto&, const auto& n) { return Value{n.template as<std::string>()}; }},
      {"bool", [](const auto&, const auto& n) { return Value{n.template as<bool>()}; }},
      {"varint", [](const auto&, const auto& n) { return Value{n.template as<std::int64_t>()}; }},
      {"double", [](const auto&, const auto& n) { return Value{ToDouble(n.template as<std::string>())}; }},
      {"nullable", [](const auto& s, const auto& n) { return n.IsNull() ? Value() : ToValue(s.components[0], n); }},
      {"global_window", [](const auto&, const auto& n) { return ToWindow(n); }},
      {"interval_window", [](const auto&, const auto& n) { return ToWindow(n); }},
      {"row", [](const auto& s, const auto& n) { return ToRow(*s.schema, n); }},
      {"kv", ToKv},
      {"iterable", ToList},
      {"state_backed_iterable", ToList},
      {"timer", ToTimer},
      {"windowed_value", ToWindowedValue},
      {"param_windowed_value", ToWindowedValue},
      {"sharded_key", ToShardedKey},
      {"custom_window", ToCustomWindow},
  };
  const std::string prefix = "beam:coder:";
  const std::size_t end = spec.urn.rfind(":v1");
  const auto reading = readings.find(spec.urn.substr(prefix.size(), end - prefix.size()));
  if (reading == readings.end()) throw Error("this test cannot read values of " + spec.urn);
  return reading->second(spec, node);
}

Entry ParseEntry(const YAML::Node& node) {
  Entry entry;
  entry.spec = ParseSpec(node["coder"]);
  entry.contexts = {Context::kNested, Context::kOuter};
  if (node["nested"]) entry.contexts = {node["nested"].as<bool>() ? Context::kNested : Context::kOuter};
  for (const YAML::Node& place : {node, node["coder"]}) {
    if (place["non_deterministic"] && place["non_deterministic"].as<bool>()) entry.deterministic = false;
    for (const auto& state : place["state"]) {
      entry.state[state.first.as<std::string>()] = FromLatin1(state.second.as<std::string>());
    }
  }
  for (const auto& example : node["examples"]) {
    entry.examples.push_back({FromLatin1(example.first.as<std::string>()), ToValue(entry.spec, example.second)});
  }
  return entry;
}

std::string Signature(const FieldType& type) {
  static constexpr const char* kAtomics[] = {"?",     "byte",   "int16",  "int32", "int64",
                                             "float", "double", "string", "bool",  "bytes"};
  std::string text;
  switch (type.kind) {
    case FieldType::Kind::kAtomic: text = kAtomics[static_cast<int>(type.atomic)]; break;
    case FieldType::Kind::kArray:
    case FieldType::Kind::kIterable: text = "array(" + Signature(type.components[0]) + ")"; break;
    case FieldType::Kind::kMap:
      text = "map(" + Signature(type.components[0]) + "," + Signature(type.components[1]) + ")";
      break;
    case FieldType::Kind::kRow: text = Signature(CoderSpec{.urn = "beam:coder:row:v1", .schema = type.row}); break;
    case FieldType::Kind::kLogical:
      text = type.logical_urn.substr(18, type.logical_urn.size() - 21);
      if (text != "decimal" && text != "millis_instant") text = Signature(type.components[0]);
      break;
  }
  return text + (type.nullable ? "?" : "");
}

}  // namespace

std::vector<Entry> LoadEntries() {
  const char* path = std::getenv("STANDARD_CODERS_YAML");
  if (path == nullptr) throw Error("STANDARD_CODERS_YAML must name Beam's standard_coders.yaml");
  std::vector<Entry> entries;
  for (const YAML::Node& node : YAML::LoadAllFromFile(path)) {
    if (!node.IsNull()) entries.push_back(ParseEntry(node));
  }
  return entries;
}

std::string Signature(const CoderSpec& spec) {
  std::string text = spec.urn.substr(11, spec.urn.size() - 14);
  std::string parts;
  for (const CoderSpec& component : spec.components) parts += (parts.empty() ? "" : ",") + Signature(component);
  if (spec.schema != nullptr) {
    for (const Field& field : spec.schema->fields) {
      parts += (parts.empty() ? "" : ",") + field.name + ":" + Signature(field.type);
    }
    if (spec.schema->encoding_positions_set) text += "_with_positions";
  }
  return parts.empty() ? text : text + "(" + parts + ")";
}

FetchState FetchFrom(const Entry& entry) {
  return [&entry](std::string_view token) { return entry.state.at(std::string(token)); };
}

}  // namespace beam
