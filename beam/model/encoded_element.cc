#include "beam/model/encoded_element.h"

#include "beam/coder/dynamic_coder.h"

namespace beam {

template <>
struct WireCoder<EncodedElement> {
  static void Encode(const EncodedElement& element, Writer& out) { out.Raw(element.bytes); }
};

namespace {

// The next element as it is, but for what of it lies elsewhere: that is fetched, as who reads the element next may not
// know the token.
void ReadElement(const DynamicCoder& coder, Reader& in, bool& was_fetched, EncodedElement& element) {
  const Reader start = in;
  was_fetched = false;
  const Value value = coder.Decode(in);
  if (was_fetched) {
    Writer whole;
    coder.Encode(value, whole);
    element.bytes = whole.Take();
  } else {
    Reader bytes = start;
    element.bytes = bytes.Raw(start.remaining() - in.remaining());
  }
}

bool FeedEncoded(WireInput& input, AnyReceiver to) {
  Receiver<EncodedElement>* const receiver = to.As<EncodedElement>();
  bool was_fetched = false;
  const DynamicCoder coder(*input.coder, [&](std::string_view token) {
    was_fetched = true;
    if (input.origin == nullptr || input.origin->state == nullptr) {
      internal::ThrowMalformed("an iterable's rest lies in a state that is not there");
    }
    return input.origin->state->FetchAll(std::string(token));
  });
  EncodedElement element;
  while (!input.in.empty()) {
    if (!input.gate->Claim()) return false;
    const WindowedHeader header = DecodeWindowedHeader(input.windows, input.in);
    ReadElement(coder, input.in, was_fetched, element);
    for (const Window& window : header.windows) {
      if (receiver != nullptr) receiver->ReceiveShared(element, {header.timestamp, window, header.pane});
    }
  }
  return true;
}

constexpr WireType kEncodedWireType{
    .coder = nullptr,
    .feed = &FeedEncoded,
    .make_encoder = [](WireSink* sink) -> std::unique_ptr<Operator> {
      return internal::MakeOperator<internal::WireEncoder<EncodedElement>>(sink);
    },
    .recode = nullptr,
};

}  // namespace

constexpr ElementType kEncodedElementType{
    .name = [] { return std::string("an encoded element"); },
    .coder = nullptr,
    .make_collector = nullptr,
    .make_tee = [](const std::vector<AnyReceiver>& receivers) -> std::unique_ptr<Tee> {
      return std::unique_ptr<Tee>(new internal::TeeOperator<EncodedElement>(receivers));
    },
    .make_window_into = [](const OperatorContext& context) -> std::unique_ptr<Operator> {
      return internal::MakeOperator<internal::WindowIntoOperator<EncodedElement>>(context);
    },
    .kv = nullptr,
    .wire = &kEncodedWireType,
};

}  // namespace beam
