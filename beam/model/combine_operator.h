// The operators of a CombineFn, in its lifted form:
//
//   KV<K, in> -> precombine -> KV<K, accumulator> -> shuffle -> merge and extract -> KV<K, out>
//
// A CombineFn is an aggregate, as a DoFn is:
//
//   struct MeanFn {
//     struct Accumulator { double sum = 0; std::int64_t count = 0; };          // codable
//     Accumulator CreateAccumulator() const;
//     void AddInput(Accumulator&, const double& input) const;
//     void MergeAccumulators(Accumulator& into, const Accumulator& other) const;
//     double ExtractOutput(const Accumulator&) const;
//   };
//
// Associative and commutative: inputs arrive in any order and any grouping.
#pragma once

#include <memory>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include "beam/coder/kv.h"
#include "beam/model/dofn.h"
#include "beam/model/element_type.h"
#include "beam/model/key_index.h"
#include "beam/model/operator.h"
#include "beam/model/registry.h"

namespace beam::internal {

template <class Fn>
concept IsCombineFn = requires(const Fn& fn) {
  fn.CreateAccumulator();
  &Fn::AddInput;
  &Fn::MergeAccumulators;
  fn.ExtractOutput(fn.CreateAccumulator());
};

template <class Fn>
struct CombineTraits {
  using Accumulator = std::remove_cvref_t<decltype(std::declval<const Fn&>().CreateAccumulator())>;
  using Input = std::remove_cvref_t<std::tuple_element_t<1, typename ConstMember<decltype(&Fn::AddInput)>::Params>>;
  using Output =
      std::remove_cvref_t<decltype(std::declval<const Fn&>().ExtractOutput(std::declval<const Accumulator&>()))>;
};

template <class Fn>
Fn DecodeCombineFn(std::string_view payload) {
  Reader in(payload);
  return Coder<Fn>::Decode(in, Context::kOuter);
}

template <class K, class Fn>
class PrecombineOperator final : public Receiver<KV<K, typename CombineTraits<Fn>::Input>>, public Operator {
  using Traits = CombineTraits<Fn>;
  using Accumulator = typename Traits::Accumulator;
  using Element = KV<K, typename Traits::Input>;

 public:
  explicit PrecombineOperator(const OperatorContext& context)
      : step_(context.step),
        output_(context.outputs.at(0).As<KV<K, Accumulator>>()),
        is_global_(context.windowing.IsGlobal()),
        fn_(DecodeCombineFn<Fn>(context.payload)) {}

  AnyReceiver input() override { return AnyReceiver(static_cast<Receiver<Element>*>(this)); }
  void StartBundle() override { Clear(); }
  void Receive(Element&& element, const ElementMeta& meta) override { ReceiveShared(element, meta); }

  void ReceiveShared(const Element& element, const ElementMeta& meta) override {
    const StepScope scope(step_);
    try {
      key_.Clear();
      Coder<K>::Encode(element.key, key_);
      if (!is_global_) AppendWindowKey(meta.window, key_);
      // Bounded memory with very many keys: what is there goes to the shuffle, which merges it again.
      if (entries_.size() >= kMaxKeys) Flush();
      const std::size_t number = keys_.Number(key_.view());
      if (number == entries_.size()) entries_.push_back({CopyElement(element.key), meta, fn_.CreateAccumulator()});
      fn_.AddInput(entries_[number].accumulator, element.value);
    } catch (...) {
      RethrowAsStepError(step_->name, DescribeElement(element));
    }
  }

  void FinishBundle() override {
    const BundleHookScope scope(step_, StepPhase::kFinishBundle);
    Flush();
  }

 private:
  static constexpr std::size_t kMaxKeys = 100'000;

  struct Entry {
    K key;
    ElementMeta meta;
    Accumulator accumulator;
  };

  void Flush() {
    for (Entry& entry : entries_) output_->Receive({std::move(entry.key), std::move(entry.accumulator)}, entry.meta);
    Clear();
  }

  void Clear() {
    keys_.Clear();
    entries_.clear();
  }

  StepContext* step_;
  Receiver<KV<K, Accumulator>>* output_;
  bool is_global_;
  Fn fn_;
  Writer key_;
  KeyIndex keys_;
  std::vector<Entry> entries_;  // by the number of the key
};

// What the value of a key is, and what becomes of it.
enum class CombineFrom { kInputs, kAccumulators, kAccumulator };
enum class CombineTo { kAccumulator, kOutput };

template <class Fn, CombineFrom kFrom>
struct CombineSource {
  using Value = Iterable<typename CombineTraits<Fn>::Accumulator>;
};
template <class Fn>
struct CombineSource<Fn, CombineFrom::kInputs> {
  using Value = Iterable<typename CombineTraits<Fn>::Input>;
};
template <class Fn>
struct CombineSource<Fn, CombineFrom::kAccumulator> {
  using Value = typename CombineTraits<Fn>::Accumulator;
};

template <class K, class Fn, CombineFrom kFrom, CombineTo kTo>
class CombineValuesOperator final : public Receiver<KV<K, typename CombineSource<Fn, kFrom>::Value>>, public Operator {
  using Traits = CombineTraits<Fn>;
  using Value = typename CombineSource<Fn, kFrom>::Value;
  using Element = KV<K, Value>;
  using Result = std::conditional_t<kTo == CombineTo::kOutput, typename Traits::Output, typename Traits::Accumulator>;

 public:
  explicit CombineValuesOperator(const OperatorContext& context)
      : step_(context.step),
        output_(context.outputs.at(0).As<KV<K, Result>>()),
        fn_(DecodeCombineFn<Fn>(context.payload)) {}

  AnyReceiver input() override { return AnyReceiver(static_cast<Receiver<Element>*>(this)); }
  void Receive(Element&& element, const ElementMeta& meta) override { ReceiveShared(element, meta); }

  void ReceiveShared(const Element& element, const ElementMeta& meta) override {
    if (output_ == nullptr) return;
    const StepScope scope(step_);
    try {
      output_->Receive({CopyElement(element.key), ResultOf(element.value)}, meta);
    } catch (...) {
      RethrowAsStepError(step_->name, DescribeElement(element));
    }
  }

 private:
  Result ResultOf(const Value& value) const {
    if constexpr (kFrom == CombineFrom::kAccumulator) {
      static_assert(kTo == CombineTo::kOutput);
      return fn_.ExtractOutput(value);
    } else {
      auto accumulator = fn_.CreateAccumulator();
      for (const auto& one : value) {
        if constexpr (kFrom == CombineFrom::kInputs) {
          fn_.AddInput(accumulator, one);
        } else {
          fn_.MergeAccumulators(accumulator, one);
        }
      }
      if constexpr (kTo == CombineTo::kOutput) {
        return fn_.ExtractOutput(accumulator);
      } else {
        return accumulator;
      }
    }
  }

  StepContext* step_;
  Receiver<KV<K, Result>>* output_;
  Fn fn_;
};

template <class Made>
std::unique_ptr<Operator> MakeFromContext(const OperatorContext& context) {
  return MakeOperator<Made>(context);
}

// Registered per key type, as the operators are typed.
template <class K, class Fn>
struct CombineRegistration {
  using Traits = CombineTraits<Fn>;
  template <CombineFrom kFrom, CombineTo kTo>
  static constexpr OperatorFactory kStep = &MakeFromContext<CombineValuesOperator<K, Fn, kFrom, kTo>>;

  static constexpr CombineFnTypes kTypes{
      &kElementType<KV<K, typename Traits::Input>>, &kGroupsType<KV<K, Iterable<typename Traits::Input>>>,
      &kElementType<KV<K, typename Traits::Accumulator>>, &kGroupsType<KV<K, Iterable<typename Traits::Accumulator>>>,
      &kElementType<KV<K, typename Traits::Output>>};
  static constexpr CombineFnSteps kSteps{.precombine = &MakeFromContext<PrecombineOperator<K, Fn>>,
                                         .merge = kStep<CombineFrom::kAccumulators, CombineTo::kAccumulator>,
                                         .extract = kStep<CombineFrom::kAccumulator, CombineTo::kOutput>,
                                         .merge_and_extract = kStep<CombineFrom::kAccumulators, CombineTo::kOutput>,
                                         .combine_values = kStep<CombineFrom::kInputs, CombineTo::kOutput>};
  static inline const FnEntry kEntry{.key = typeid(KV<K, Fn>).name(), .combine = &kSteps, .combine_fn = &kTypes};
  static inline const std::string_view kKey = RegisterFn(&kEntry);
};

}  // namespace beam::internal
