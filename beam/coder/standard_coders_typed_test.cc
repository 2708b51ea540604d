// Runs Beam's published standard_coders.yaml with Coder<T> and the functions for windows, wherever there is a C++ type.
#include <functional>
#include <iostream>
#include <set>

#include "beam/coder/engine_coders.h"
#include "beam/coder/test_standard_coders_file.h"

namespace beam {
namespace {

// C++ types of the entries' rows.
struct StrI32F64Arr {
  std::string str;
  std::int32_t i32;
  double f64;
  std::vector<std::string> arr;
};
struct NullableStrI32F64 {
  std::optional<std::string> str;
  std::optional<std::int32_t> i32;
  std::optional<double> f64;
};
struct BoolBytes {
  bool f_bool;
  std::optional<Bytes> f_bytes;
};
struct WithMap {
  std::map<std::string, std::optional<std::int64_t>> f_map;
};
struct Micros {
  std::int64_t seconds;
  std::int64_t micros;
};
struct MicrosStringInt {
  Micros f_timestamp;
  std::string f_string;
  std::int64_t f_int;
};
struct MillisStringInt {
  Timestamp f_timestamp;
  std::string f_string;
  std::int64_t f_int;
};
struct OneFloat {
  float f_float;
};
struct Texts {
  std::optional<std::string> f_char;
  std::optional<std::string> f_varchar;
  std::optional<Bytes> f_bytes;
  std::optional<Bytes> f_varbytes;
};
template <class Subseconds>
struct SecondsAnd {
  std::int64_t seconds;
  Subseconds subseconds;
};
template <class Subseconds>
struct WithTimestamp {
  SecondsAnd<Subseconds> f_timestamp;
};

using TypedCheck = std::function<void(const Entry&, Context, const Example&)>;

// What was encoded by a typed coder must be the published bytes, or mean the same where bytes are not prescribed.
void ExpectMeans(const Entry& entry, Context context, const Example& example, std::string_view encoded) {
  if (entry.deterministic) {
    EXPECT_EQ(Hex(encoded), Hex(example.bytes));
    return;
  }
  Reader in(encoded);
  const Value meaning = DynamicCoder(entry.spec).Decode(in, context);
  EXPECT_EQ(DebugString(meaning), DebugString(example.value));
}

template <class T>
TypedCheck WithCoderOf() {
  return [](const Entry& entry, Context context, const Example& example) {
    Reader in(example.bytes);
    const T value = Coder<T>::Decode(in, context);
    EXPECT_TRUE(in.empty());
    Writer out;
    Coder<T>::Encode(value, out, context);
    ExpectMeans(entry, context, example, out.view());
    // Where Beam has a name for all of it, the type must give just the entry's coder.
    if (entry.spec.schema == nullptr && entry.spec.urn != "beam:coder:state_backed_iterable:v1") {
      EXPECT_EQ(Coder<T>::Spec(), entry.spec);
    }
  };
}

template <class T>
TypedCheck WithStateBackedIterableOf() {
  return [](const Entry& entry, Context context, const Example& example) {
    Reader in(example.bytes);
    const std::vector<T> values = DecodeStateBackedIterable<T>(in, FetchFrom(entry));
    EXPECT_TRUE(in.empty());
    Writer out;
    Coder<std::vector<T>>::Encode(values, out, context);
    ExpectMeans(entry, context, example, out.view());
  };
}

template <WindowCoding kCoding>
void CheckWindow(const Entry& entry, Context context, const Example& example) {
  Reader in(example.bytes);
  const Window window = DecodeWindow(kCoding, in);
  EXPECT_TRUE(in.empty());
  Writer out;
  EncodeWindow(window, kCoding, out);
  ExpectMeans(entry, context, example, out.view());
  EXPECT_EQ(WindowCoderSpec(kCoding), entry.spec);
}

template <WindowCoding kCoding>
void CheckWindows(const Entry& entry, Context context, const Example& example) {
  Reader in(example.bytes);
  std::vector<Window> windows;
  internal::ReadIterable(in, [](std::size_t) {}, [&] { windows.push_back(DecodeWindow(kCoding, in)); });
  EXPECT_TRUE(in.empty());
  Writer out;
  internal::WriteCount(windows.size(), out);
  for (const Window& window : windows) EncodeWindow(window, kCoding, out);
  ExpectMeans(entry, context, example, out.view());
}

template <WindowCoding kCoding>
void CheckWindowedVarInt(const Entry& entry, Context context, const Example& example) {
  Reader in(example.bytes);
  std::vector<WindowedValue<std::int64_t>> elements;
  DecodeWindowed<std::int64_t>(
      kCoding, in, [&](std::int64_t value, const ElementMeta& meta) { elements.push_back({value, meta}); }, context);
  EXPECT_TRUE(in.empty());
  ASSERT_EQ(elements.size(), example.value.At("windows").Get<Value::List>().size());
  Writer out;
  if (elements.size() == 1) {
    EncodeWindowed(elements[0].value, elements[0].meta, kCoding, out, context);
  } else {
    WindowedHeader header{elements[0].meta.timestamp, elements[0].meta.pane, {}};
    for (const auto& element : elements) header.windows.push_back(element.meta.window);
    EncodeWindowedHeader(header, kCoding, out);
    Coder<std::int64_t>::Encode(elements[0].value, out, context);
  }
  ExpectMeans(entry, context, example, out.view());
  EXPECT_EQ(WindowedValueSpec(Coder<std::int64_t>::Spec(), kCoding), entry.spec);
}

template <WindowCoding kCoding>
void CheckParamWindowedVarInt(const Entry& entry, Context context, const Example& example) {
  const WindowedHeader header = DecodeWindowedPayload(entry.spec.payload, kCoding);
  EXPECT_EQ(Hex(EncodeWindowedPayload(header, kCoding)), Hex(entry.spec.payload));
  Reader in(example.bytes);
  int elements = 0;
  const auto check = [&](std::int64_t value, const ElementMeta& meta) {
    ++elements;
    EXPECT_EQ(value, example.value.At("value").Get<std::int64_t>());
    EXPECT_EQ(meta.timestamp.millis, example.value.At("timestamp").Get<std::int64_t>());
    EXPECT_EQ(meta.pane.index, example.value.At("pane").At("index").Get<std::int64_t>());
    EXPECT_EQ(meta.window.is_global(), kCoding == WindowCoding::kGlobal);
  };
  DecodeParamWindowed<std::int64_t>(header, in, check, context);
  EXPECT_EQ(elements, 1);
}

void CheckTimer(const Entry& entry, Context context, const Example& example) {
  Reader in(example.bytes);
  const auto timer = DecodeTimer<std::string>(WindowCoding::kGlobal, in);
  EXPECT_TRUE(in.empty());
  Writer out;
  EncodeTimer(timer, WindowCoding::kGlobal, out);
  ExpectMeans(entry, context, example, out.view());
}

const std::map<std::string, TypedCheck>& TypedChecks() {
  static const std::map<std::string, TypedCheck> checks = {
      {"bytes", WithCoderOf<Bytes>()},
      {"bool", WithCoderOf<bool>()},
      {"string_utf8", WithCoderOf<std::string>()},
      {"varint", WithCoderOf<std::int64_t>()},
      {"double", WithCoderOf<double>()},
      {"kv(bytes,varint)", WithCoderOf<KV<Bytes, std::int64_t>>()},
      {"kv(bytes,bytes)", WithCoderOf<KV<Bytes, Bytes>>()},
      {"kv(bytes,bool)", WithCoderOf<KV<Bytes, bool>>()},
      {"iterable(varint)", WithCoderOf<std::vector<std::int64_t>>()},
      {"iterable(bytes)", WithCoderOf<std::vector<Bytes>>()},
      {"iterable(bool)", WithCoderOf<std::vector<bool>>()},
      {"iterable(global_window)", CheckWindows<WindowCoding::kGlobal>},
      {"state_backed_iterable(varint)", WithStateBackedIterableOf<std::int64_t>()},
      {"state_backed_iterable(bytes)", WithStateBackedIterableOf<Bytes>()},
      {"state_backed_iterable(bool)", WithStateBackedIterableOf<bool>()},
      {"state_backed_iterable(global_window)", CheckWindows<WindowCoding::kGlobal>},
      {"nullable(bytes)", WithCoderOf<std::optional<Bytes>>()},
      {"sharded_key(string_utf8)", WithCoderOf<ShardedKey<std::string>>()},
      {"global_window", CheckWindow<WindowCoding::kGlobal>},
      {"interval_window", CheckWindow<WindowCoding::kInterval>},
      {"windowed_value(varint,global_window)", CheckWindowedVarInt<WindowCoding::kGlobal>},
      {"windowed_value(varint,interval_window)", CheckWindowedVarInt<WindowCoding::kInterval>},
      {"param_windowed_value(varint,global_window)", CheckParamWindowedVarInt<WindowCoding::kGlobal>},
      {"param_windowed_value(varint,interval_window)", CheckParamWindowedVarInt<WindowCoding::kInterval>},
      {"timer(string_utf8,global_window)", CheckTimer},
      {"row(str:string,i32:int32,f64:double,arr:array(string))", WithCoderOf<StrI32F64Arr>()},
      {"row(str:string?,i32:int32?,f64:double?)", WithCoderOf<NullableStrI32F64>()},
      {"row(f_bool:bool,f_bytes:bytes?)", WithCoderOf<BoolBytes>()},
      {"row(f_map:map(string,int64?))", WithCoderOf<WithMap>()},
      {"row(f_timestamp:row(seconds:int64,micros:int64),f_string:string,f_int:int64)", WithCoderOf<MicrosStringInt>()},
      {"row(f_timestamp:millis_instant,f_string:string,f_int:int64)", WithCoderOf<MillisStringInt>()},
      {"row(f_float:float)", WithCoderOf<OneFloat>()},
      {"row(f_char:string?,f_varchar:string?,f_bytes:bytes?,f_varbytes:bytes?)", WithCoderOf<Texts>()},
      {"row(f_timestamp:row(seconds:int64,subseconds:int16))", WithCoderOf<WithTimestamp<std::int16_t>>()},
      {"row(f_timestamp:row(seconds:int64,subseconds:int32))", WithCoderOf<WithTimestamp<std::int32_t>>()},
  };
  return checks;
}

// What no C++ type stands for; DynamicCoder reads and writes them.
const std::map<std::string, std::string>& WithoutType() {
  static const std::map<std::string, std::string> reasons = {
      {"row_with_positions(str:string,f_bool:bool,i32:int32?)",
       "fields of our own rows are in the order of declaration; other orders are met in rows of other SDKs only"},
      {"row(f_float:float,f_decimal:decimal)", "C++ has no decimal numbers"},
      {"custom_window(interval_window)", "our windows are Beam's own two kinds"},
  };
  return reasons;
}

TEST(StandardCodersTyped, AgreeWithTheEntries) {
  std::set<std::string> without;
  std::set<std::string> used;
  int typed = 0;
  ForEachExample(LoadEntries(), [&](const Entry& entry, Context context, const Example& example) {
    const std::string signature = Signature(entry.spec);
    const auto check = TypedChecks().find(signature);
    if (check == TypedChecks().end()) {
      without.insert(signature);
      return;
    }
    used.insert(signature);
    ++typed;
    check->second(entry, context, example);
  });
  EXPECT_EQ(used.size(), TypedChecks().size());
  RecordProperty("typed_examples", typed);
  std::cout << "standard_coders.yaml: " << typed << " examples also with typed coders, without a C++ type:\n";
  for (const std::string& signature : without) {
    ASSERT_TRUE(WithoutType().contains(signature)) << "no C++ type and no reason for it: " << signature;
    std::cout << "  " << signature << ": " << WithoutType().at(signature) << "\n";
    RecordProperty("without_a_cpp_type", signature);
  }
}

}  // namespace
}  // namespace beam
