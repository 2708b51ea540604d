// Decodes arbitrary bytes with the typed coders, with DynamicCoder by schemas that are themselves arbitrary, and as
// windowed values. Whatever decodes must survive encoding: its bytes, decoded again, give the same bytes.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "beam/coder/coder.h"
#include "beam/coder/dynamic_coder.h"
#include "beam/coder/engine_coders.h"
#include "beam/coder/windowed_value.h"

namespace {

using beam::Coder;
using beam::Reader;
using beam::Writer;

struct Leaf {
  std::string name;
  std::optional<std::int32_t> number;
  std::vector<float> floats;
};

struct Tree {
  Leaf leaf;
  std::vector<std::optional<Leaf>> leaves;
  std::map<std::string, std::int16_t> map;
  beam::KV<bool, beam::Bytes> kv;
  beam::Timestamp time;
};

void Check(bool holds) {
  if (!holds) std::abort();
}

template <class Encode, class Decode>
void CheckStable(std::string_view data, Encode&& encode, Decode&& decode) {
  Reader in(data);
  Writer first;
  encode(decode(in), first);
  Reader again(first.view());
  Writer second;
  encode(decode(again), second);
  Check(again.empty() && first.view() == second.view());
}

template <class T>
void FuzzTyped(std::string_view data) {
  CheckStable(
      data, [](const T& value, Writer& out) { Coder<T>::Encode(value, out); },
      [](Reader& in) { return Coder<T>::Decode(in); });
}

void FuzzDynamic(const beam::CoderSpec& spec, std::string_view data) {
  const beam::DynamicCoder coder(spec, [](std::string_view token) { return std::string(token); });
  CheckStable(
      data, [&](const beam::Value& value, Writer& out) { coder.Encode(value, out); },
      [&](Reader& in) { return coder.Decode(in); });
}

// A schema with its length before it, then a row.
void FuzzRow(std::string_view data) {
  Reader in(data);
  const std::string_view schema = in.Raw(in.Byte());
  Check(beam::ParseSchema(beam::SerializeSchema(beam::ParseSchema(schema))) == beam::ParseSchema(schema));
  FuzzDynamic({.urn = "beam:coder:row:v1", .payload = std::string(schema)}, in.Rest());
}

void FuzzWindowed(std::string_view data, beam::WindowCoding coding) {
  Reader in(data);
  beam::DecodeWindowed<std::string>(coding, in, [&](std::string&& value, const beam::ElementMeta& meta) {
    Writer out;
    beam::EncodeWindowed(value, meta, coding, out);
    Reader again(out.view());
    beam::DecodeWindowed<std::string>(coding, again, [&](std::string&& same, const beam::ElementMeta& same_meta) {
      Check(same == value && same_meta.window == meta.window && same_meta.timestamp == meta.timestamp);
    });
  });
}

beam::CoderSpec Spec(const char* name, std::vector<beam::CoderSpec> components = {}) {
  return {.urn = "beam:coder:" + std::string(name) + ":v1", .components = std::move(components)};
}

void FuzzOne(std::uint8_t which, std::string_view data) {
  using beam::WindowCoding;
  switch (which % 10) {
    case 0: return FuzzTyped<Tree>(data);
    case 1: return FuzzTyped<beam::KV<std::string, std::vector<std::vector<std::int64_t>>>>(data);
    case 2: return FuzzTyped<beam::LengthPrefixed<std::map<std::string, std::optional<double>>>>(data);
    case 3: return FuzzRow(data);
    case 4: return FuzzWindowed(data, WindowCoding::kGlobal);
    case 5: return FuzzWindowed(data, WindowCoding::kInterval);
    case 6: return FuzzDynamic(Coder<Tree>::Spec(), data);
    case 7:
      return FuzzDynamic(
          Spec("windowed_value",
               {Spec("state_backed_iterable", {Spec("varint")}), Spec("custom_window", {Spec("interval_window")})}),
          data);
    case 8: return FuzzDynamic(Spec("timer", {Spec("sharded_key", {Spec("bytes")}), Spec("global_window")}), data);
    default: return FuzzDynamic(Spec("iterable", {Spec("global_window")}), data);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  try {
    FuzzOne(data[0], {reinterpret_cast<const char*>(data) + 1, size - 1});
  } catch (const beam::Error&) {
    // Malformed bytes are expected here.
  }
  return 0;
}
