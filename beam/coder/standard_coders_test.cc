// Runs Beam's published standard_coders.yaml, every entry, in both directions and in the contexts that each entry
// names, with DynamicCoder; standard_coders_typed_test.cc does the same with C++ types.
#include <cmath>
#include <iostream>
#include <set>

#include "beam/coder/test_standard_coders_file.h"

namespace beam {
namespace {

// Equal, where a NaN equals a NaN.
bool Same(const Value& a, const Value& b) {
  const auto* x = std::get_if<double>(&a.data);
  const auto* y = std::get_if<double>(&b.data);
  return a == b || (x != nullptr && y != nullptr && std::isnan(*x) && std::isnan(*y));
}

TEST(StandardCoders, EveryEntryIsReadAndWrittenAsPublished) {
  const std::vector<Entry> entries = LoadEntries();
  // 2.77.0 has 45 entries; a file that lost some of them is not the published one.
  EXPECT_GE(entries.size(), 45u);
  std::set<std::string> unsupported;
  const int count = ForEachExample(entries, [&](const Entry& entry, Context context, const Example& example) {
    if (!IsStandardCoder(entry.spec.urn)) unsupported.insert(entry.spec.urn);
    const DynamicCoder coder(entry.spec, FetchFrom(entry));
    // Inside another value, decoding must stop where the value ends.
    const std::string behind = context == Context::kNested ? "\x01\x02" : "";
    const std::string bytes = example.bytes + behind;
    Reader in(bytes);
    const Value decoded = coder.Decode(in, context);
    EXPECT_TRUE(Same(decoded, example.value)) << "decoded as " << DebugString(decoded);
    EXPECT_EQ(in.remaining(), behind.size());

    Writer out;
    coder.Encode(example.value, out, context);
    if (entry.deterministic) {
      EXPECT_EQ(Hex(out.view()), Hex(example.bytes));
    } else {
      // The bytes may differ from the published ones, but mean the same.
      Reader again(out.view());
      EXPECT_EQ(DebugString(coder.Decode(again, context)), DebugString(example.value));
    }
  });
  EXPECT_TRUE(unsupported.empty());
  std::string names;
  for (const std::string& urn : unsupported) names += urn + " ";
  if (names.empty()) names = "nothing";
  RecordProperty("entries", static_cast<int>(entries.size()));
  RecordProperty("examples", count);
  RecordProperty("not_supported", names);
  std::cout << "standard_coders.yaml: " << entries.size() << " entries, " << count
            << " examples (nested and outer counted apart) both ways; not supported: " << names << "\n";
}

// The schemas of rows survive parsing and serializing byte for byte, which is how they reach other SDKs.
TEST(StandardCoders, SchemasAreWrittenAsTheyWereRead) {
  int schemas = 0;
  for (const Entry& entry : LoadEntries()) {
    if (entry.spec.schema == nullptr) continue;
    ++schemas;
    const Schema again = ParseSchema(SerializeSchema(*entry.spec.schema));
    EXPECT_EQ(again, *entry.spec.schema) << Signature(entry.spec);
    EXPECT_EQ(Hex(SerializeSchema(*entry.spec.schema)), Hex(entry.spec.payload)) << Signature(entry.spec);
  }
  EXPECT_GE(schemas, 13);
}

}  // namespace
}  // namespace beam
