// Fuzzes the readers of features: any bytes are an array, an archive or a JSON value, or end as a FeatureError. No
// crash, no leak, no memory beyond what the bytes can hold. What was read is written and read again, and is the same.
#include <cstdint>
#include <cstring>
#include <string>

#include "fuzz/check.h"
#include "klay/audio/memory_byte_sink.h"
#include "klay/audio/memory_byte_source.h"
#include "klay/feature/json.h"
#include "klay/feature/npz.h"

namespace {

using beam::fuzzing::Check;

constexpr klay::NpyLimits kLimits = {.max_bytes = std::uint64_t{64} << 20};

bool Same(const klay::NpyArray& a, const klay::NpyArray& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() && a.fortran_order() == b.fortran_order()
      && a.data() == b.data();
}

template <class Read>
void Try(const std::string& bytes, bool tells_size, const Read& read) {
  klay::MemoryByteSource source(bytes, "input", {.tells_size = tells_size});
  try {
    read(source);
  } catch (const klay::FeatureError& error) {
    Check(std::strlen(error.what()) > 0);
  }
}

void FuzzNpy(klay::MemoryByteSource& source) {
  const klay::NpyArray array = klay::ReadNpy(source, kLimits);
  klay::MemoryByteSink sink;
  klay::WriteNpy(sink, array);
  klay::MemoryByteSource written(sink.bytes());
  Check(Same(klay::ReadNpy(written), array));
  const std::string number = "biuf";
  if (number.find(array.dtype().kind) == std::string::npos || array.dtype().bytes > 8) return;
  Check(static_cast<std::int64_t>(array.ToDoubles().size()) == array.size());
}

void FuzzNpz(klay::MemoryByteSource& source) {
  const std::vector<klay::NpzEntry> entries = klay::ReadNpz(source, kLimits);
  klay::MemoryByteSink sink;
  try {
    klay::WriteNpz(sink, entries, klay::NpzCompression::kDeflated);
  } catch (const beam::UsageError&) {
    return;  // archives can have names twice
  }
  klay::MemoryByteSource written(sink.bytes());
  const std::vector<klay::NpzEntry> again = klay::ReadNpz(written);
  Check(again.size() == entries.size());
  for (std::size_t i = 0; i < again.size(); ++i) Check(Same(again[i].array, entries[i].array));
}

void FuzzJson(klay::MemoryByteSource& source) {
  const nlohmann::ordered_json json = klay::ReadJson(source);
  klay::MemoryByteSink sink;
  klay::WriteJson(sink, json);
  klay::MemoryByteSource written(sink.bytes());
  Check(klay::ReadJson(written).dump() == json.dump());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  for (const bool tells_size : {true, false}) {
    Try(bytes, tells_size, FuzzNpy);
    Try(bytes, tells_size, FuzzNpz);
  }
  Try(bytes, true, FuzzJson);
  return 0;
}
