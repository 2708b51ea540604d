// Partition: deals elements out to a number of PCollections, by an index that a function gives for each.
//
//   auto [short_files, long_files] = files | Partition<2>("By Length", [](const File& f) { return f.seconds < 600 ? 0 :
//   1; }); std::vector<PCollection<File>> parts = files | Partition("By Hash", n, [](const File& f, int n) { return
//   Hash(f) % n; });
//
// The function must be a lambda without captures. It takes the element, and the number of partitions where it wants it.
// An index outside of 0 .. n - 1 is an error.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include "beam/base/error.h"
#include "beam/model/operator.h"
#include "beam/model/registry.h"
#include "beam/transforms/map.h"

namespace beam {
namespace internal {

// Not a DoFn, as the number of a DoFn's outputs is fixed by its type. It registers and runs as one.
template <class F, class T>
class PartitionOperator final : public Receiver<T>, public Operator {
 public:
  explicit PartitionOperator(const OperatorContext& context) : step_(context.step) {
    for (const AnyReceiver& output : context.outputs) outputs_.push_back(output.As<T>());
  }

  AnyReceiver input() override { return AnyReceiver(static_cast<Receiver<T>*>(this)); }
  void Receive(T&& element, const ElementMeta& meta) override {
    received_.Count(element);
    if (Receiver<T>* const output = Choose(element)) output->Receive(std::move(element), meta);
  }
  void ReceiveShared(const T& element, const ElementMeta& meta) override {
    received_.Count(element);
    if (Receiver<T>* const output = Choose(element)) output->ReceiveShared(element, meta);
  }

 private:
  Receiver<T>* Choose(const T& element) const {
    const StepScope scope(step_);
    try {
      const auto index = static_cast<std::int64_t>(Call(element));
      if (index < 0 || index >= std::ssize(outputs_)) {
        throw Error("the function of this Partition gave " + std::to_string(index) + ", but there are partitions 0 to "
                    + std::to_string(outputs_.size() - 1));
      }
      return outputs_[static_cast<std::size_t>(index)];
    } catch (...) {
      RethrowAsStepError(step_->name, DescribeElement(element));
    }
  }

  auto Call(const T& element) const {
    if constexpr (std::is_invocable_v<F, const T&, int>) {
      return F{}(element, static_cast<int>(outputs_.size()));
    } else {
      return F{}(element);
    }
  }

  StepContext* step_;
  std::vector<Receiver<T>*> outputs_;  // null where nobody reads
};

// What travels of a Partition.
struct PartitionFields {
  std::int64_t count = 0;
};

template <class F, class T>
struct PartitionRegistration {
  static constexpr const ElementType* kOutput = &kElementType<T>;
  static constexpr DoFnTypes kTypes{
      .input = &kElementType<T>,
      .outputs = {&kOutput, 1},
      .output_names = {},
      .side_inputs = {},
      .resumes = false,
      .count_outputs = [](std::string_view fields) {
        Reader in(fields);
        return static_cast<std::size_t>(Coder<PartitionFields>::Decode(in, Context::kOuter).count);
      }};
  static inline const FnEntry kEntry{.key = typeid(PartitionOperator<F, T>).name(),
                                     .process = [](const OperatorContext& context) -> std::unique_ptr<Operator> {
                                       return MakeOperator<PartitionOperator<F, T>>(context);
                                     },
                                     .do_fn = &kTypes};
  static inline const std::string_view kKey = RegisterFn(&kEntry);
};

template <class F, class T>
constexpr bool CheckPartitionFunction() {
  if constexpr (std::is_class_v<F> && std::is_invocable_v<F, const T&, int>) {
    return CheckCaptureless<F>();
  } else {
    return CheckLambda<F, T>();
  }
}

template <class F>
struct PartitionTransform {
  int count;

  template <class T>
  auto ExpandPrimitive(const PCollection<T>& in, const std::string& label) const {
    if constexpr (!CheckPartitionFunction<F, T>()) {
      return Poison{};
    } else {
      if (count < 1) {
        throw UsageError("Partition '" + label + "' has " + std::to_string(count)
                         + " partitions: it needs at least one");
      }
      Graph& graph = in.graph();
      TransformNode& node = graph.Add(TransformKind::kParDo, label);
      const int id = node.id;
      node.fn_key = PartitionRegistration<F, T>::kKey;
      Writer fields;
      Coder<PartitionFields>::Encode({count}, fields, Context::kOuter);
      node.payload = fields.Take();
      node.inputs = {in.id()};
      std::vector<PCollection<T>> outputs;
      for (int i = 0; i < count; ++i) {
        outputs.emplace_back(&graph, graph.AddOutput(id, std::to_string(i), &kElementType<T>, in.windowing()));
      }
      return outputs;
    }
  }
};

template <class F, std::size_t kCount>
struct FixedPartitionTransform {
  template <class T>
  auto ExpandPrimitive(const PCollection<T>& in, const std::string& label) const {
    if constexpr (!CheckPartitionFunction<F, T>()) {
      return std::array<Poison, kCount>{};
    } else {
      const auto outputs = PartitionTransform<F>{static_cast<int>(kCount)}.ExpandPrimitive(in, label);
      return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return std::array<PCollection<T>, kCount>{outputs[I]...};
      }(std::make_index_sequence<kCount>());
    }
  }
};

}  // namespace internal

template <class F>
internal::Labelled<internal::PartitionTransform<F>> Partition(std::string label, int count, F) {
  return {std::move(label), {count}};
}
template <std::size_t kCount, class F>
internal::Labelled<internal::FixedPartitionTransform<F, kCount>> Partition(std::string label, F) {
  static_assert(kCount > 0, "a Partition needs at least one partition");
  return {std::move(label), {}};
}

}  // namespace beam
