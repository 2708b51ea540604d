#include "beam/model/to_string_operator.h"

#include <string>
#include <string_view>

#include "beam/base/utf8.h"
#include "beam/coder/dynamic_coder.h"
#include "beam/model/encoded_element.h"

namespace beam {
namespace {

std::string TextOf(const Value& value) {
  if (const auto* const text = std::get_if<std::string>(&value.data)) return *text;
  if (const auto* const bytes = std::get_if<Bytes>(&value.data)) {
    const std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
    if (!internal::FindInvalidUtf8(text)) return std::string(text);
  }
  return DebugString(value);
}

class ToStringOperator final : public Receiver<EncodedElement>, public Operator {
 public:
  explicit ToStringOperator(const OperatorContext& context)
      : step_(context.step),
        output_(context.outputs.at(0).As<EncodedElement>()),
        key_(context.coder->components.at(0)),
        value_(context.coder->components.at(1)) {}

  AnyReceiver input() override { return AnyReceiver(static_cast<Receiver<EncodedElement>*>(this)); }
  void Receive(EncodedElement&& element, const ElementMeta& meta) override { ReceiveShared(element, meta); }
  void ReceiveShared(const EncodedElement& element, const ElementMeta& meta) override {
    if (output_ == nullptr) return;
    const StepScope scope(step_);
    try {
      Reader in(element.bytes);
      key_.Decode(in);
      Writer out;
      out.Raw(std::string_view(element.bytes).substr(0, element.bytes.size() - in.remaining()));
      Coder<std::string>::Encode(TextOf(value_.Decode(in)), out);
      output_->Receive({out.Take()}, meta);
    } catch (...) {
      RethrowAsStepError(step_->name, "");
    }
  }

 private:
  StepContext* step_;
  Receiver<EncodedElement>* output_;
  const DynamicCoder key_;
  const DynamicCoder value_;
};

}  // namespace

std::unique_ptr<Operator> MakeToString(const OperatorContext& context) {
  return internal::MakeOperator<ToStringOperator>(context);
}

}  // namespace beam
