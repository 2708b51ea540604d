// Fuzzes the elements that a worker is sent: any bytes are elements, or end as an Error. What was read is written, and
// read again is the same bytes. The first byte picks the type and how windows are coded.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "beam/model/element_type.h"

namespace wire_fuzzer {

using namespace beam;  // NOLINT(google-build-using-namespace)

struct Track {
  std::string path;
  std::optional<double> seconds;
  std::vector<std::string> tags;
};

class BufferSink final : public WireSink {
 public:
  explicit BufferSink(WindowCoding windows) : WireSink(windows, SIZE_MAX) {}
  void Flush() override {}
};

// Reads all elements and writes them to the sink.
void Copy(const WireType& type, std::string_view bytes, BufferSink& sink) {
  const auto encoder = type.make_encoder(&sink);
  ElementGate gate;
  WireInput input{Reader(bytes), sink.windows(), &gate, nullptr};
  type.feed(input, encoder->input());
}

void Try(const WireType& type, WindowCoding windows, std::string_view bytes) {
  BufferSink first(windows);
  try {
    Copy(type, bytes, first);
  } catch (const Error& error) {
    if (std::strlen(error.what()) == 0) std::abort();
    return;
  }
  BufferSink second(windows);
  Copy(type, first.buffer().view(), second);
  if (first.buffer().view() != second.buffer().view()) std::abort();
}

}  // namespace wire_fuzzer

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wire_fuzzer;  // NOLINT(google-build-using-namespace)
  static const WireType* const kTypes[] = {
      &internal::kWireType<std::int64_t>,
      &internal::kWireType<std::string>,
      &internal::kWireType<Track>,
      &internal::kWireType<KV<std::string, Track>>,
      &internal::kWireType<KV<std::int64_t, Iterable<std::string>>>,
      &internal::kWireType<KV<std::string, Iterable<KV<double, Track>>>>,
  };
  if (size == 0) return -1;
  const std::size_t kind = data[0] % (2 * std::size(kTypes));
  Try(*kTypes[kind / 2], kind % 2 == 0 ? WindowCoding::kGlobal : WindowCoding::kInterval,
      {reinterpret_cast<const char*>(data) + 1, size - 1});
  return 0;
}
