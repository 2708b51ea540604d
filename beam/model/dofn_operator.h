// The operator of a DoFn: calls ProcessElement with what its parameters ask for.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "beam/model/dofn.h"
#include "beam/model/element_type.h"
#include "beam/model/operator.h"
#include "beam/model/registry.h"

namespace beam::internal {

// Where FinishBundle's outputs go if they do not say so: it has no element whose timestamp and window it could take.
inline constexpr ElementMeta kBundleMeta{};

// Holds FinishBundle to saying the window, unless all there is is the global one.
template <class T>
class WindowGuard final : public Receiver<T> {
 public:
  explicit WindowGuard(Receiver<T>* receiver) : receiver_(receiver) {}
  void Receive(T&& element, const ElementMeta& meta) override {
    Check(meta);
    receiver_->Receive(std::move(element), meta);
  }
  void ReceiveShared(const T& element, const ElementMeta& meta) override {
    Check(meta);
    receiver_->ReceiveShared(element, meta);
  }

 private:
  static void Check(const ElementMeta& meta) {
    if (&meta == &kBundleMeta) {
      throw Error("FinishBundle emits into windows other than the global one: say which, with Output::EmitWith");
    }
  }

  Receiver<T>* receiver_;
};

template <class Fn>
struct StateHolder {
  explicit StateHolder(const Fn& fn) : state(fn.Setup()) {}
  typename DoFnTraits<Fn>::State state;
};

template <class Fn>
class DoFnOperator final : public Receiver<std::remove_cvref_t<typename ElementParamOf<Fn>::Type>>, public Operator {
  using Traits = DoFnTraits<Fn>;
  using Params = typename Traits::Params;
  using Outputs = typename Traits::Outputs;
  using ElementParam = typename ElementParamOf<Fn>::Type;
  using Element = std::remove_cvref_t<ElementParam>;
  static constexpr bool kKeepsElement = !std::is_same_v<ElementParam, const Element&>;
  static constexpr std::size_t kSides = std::tuple_size_v<typename Traits::Sides>;

 public:
  explicit DoFnOperator(const OperatorContext& context)
      : step_(context.step),
        side_inputs_(context.side_inputs),
        resume_(context.resume),
        finalizer_(context.finalizer),
        is_global_(context.windowing.IsGlobal()),
        fn_(DecodeFn(context.payload)) {
    ConnectOutputs(context, std::make_index_sequence<std::tuple_size_v<Outputs>>());
    if constexpr (HasSetup<Fn>) {
      const StepScope scope(step_);
      try {
        state_.emplace(fn_);
      } catch (...) {
        RethrowAsStepError(step_->name, "");
      }
    }
  }

  AnyReceiver input() override { return AnyReceiver(static_cast<Receiver<Element>*>(this)); }

  void Receive(Element&& element, const ElementMeta& meta) override {
    if constexpr (kKeepsElement && kHasPath<Element>) {
      // After a failure the element may be gone, but its path must be told.
      const std::string path = DescribeElement(element);
      Process(std::move(element), meta, path);
    } else {
      Process(std::move(element), meta, element);
    }
  }
  void ReceiveShared(const Element& element, const ElementMeta& meta) override {
    if constexpr (kKeepsElement) {
      Process(CopyElement(element), meta, element);
    } else {
      Process(element, meta, element);
    }
  }

  void StartBundle() override {
    if constexpr (requires { &Fn::StartBundle; }) {
      using BundleParams = typename ConstMember<decltype(&Fn::StartBundle)>::Params;
      CallBundleHook<BundleParams>(StepPhase::kStartBundle, [this](auto&&... args) { fn_.StartBundle(args...); });
    }
  }

  void FinishBundle() override {
    if constexpr (requires { &Fn::FinishBundle; }) {
      using BundleParams = typename ConstMember<decltype(&Fn::FinishBundle)>::Params;
      CallBundleHook<BundleParams>(StepPhase::kFinishBundle, [this](auto&&... args) { fn_.FinishBundle(args...); });
    }
    // Side inputs are those of a bundle.
    side_views_ = {};
  }

 private:
  static Fn DecodeFn(std::string_view payload) {
    Reader in(payload);
    return Coder<Fn>::Decode(in, Context::kOuter);
  }

  template <std::size_t kIndex>
  using OutputElement = typename std::tuple_element_t<kIndex, Outputs>::Element;

  template <std::size_t kIndex>
  Receiver<OutputElement<kIndex>>* OutputReceiver() const {
    return static_cast<Receiver<OutputElement<kIndex>>*>(receivers_[kIndex]);
  }

  template <std::size_t... I>
  void ConnectOutputs(const OperatorContext& context, std::index_sequence<I...>) {
    ((receivers_[I] = context.outputs.at(I).template As<OutputElement<I>>()), ...);
  }

  // E is Element (to be moved from) or const Element&; `told` is what an error tells of: the element, or its
  // description.
  template <class E, class Told>
  void Process(E&& element, const ElementMeta& meta, const Told& told) {
    const StepScope scope(step_);
    try {
      CallProcess(std::forward<E>(element), meta, std::make_index_sequence<std::tuple_size_v<Params>>());
    } catch (...) {
      RethrowAsStepError(step_->name, DescribeElement(told));
    }
  }

  template <class E, std::size_t... I>
  void CallProcess(E&& element, const ElementMeta& meta, std::index_sequence<I...>) {
    fn_.ProcessElement(Argument<I>(std::forward<E>(element), meta)...);
  }

  template <std::size_t kIndex, class E>
  decltype(auto) Argument(E&& element, const ElementMeta& meta) {
    using P = std::tuple_element_t<kIndex, Params>;
    constexpr ParamKind kKind = kParamKind<P>;
    constexpr std::size_t kOrdinal = Traits::Ordinal(kIndex);
    if constexpr (HasSetup<Fn> && kIndex == 0) {
      return (state_->state);
    } else if constexpr (kIndex == Traits::kElementIndex) {
      if constexpr (kKeepsElement) {
        return static_cast<Element&&>(element);
      } else {
        return static_cast<const Element&>(element);
      }
    } else if constexpr (kKind == ParamKind::kSide) {
      using Side = std::remove_cvref_t<P>;
      return Side(static_cast<const typename Side::View*>(SideView(kOrdinal, meta.window, Side::kBuilder)));
    } else if constexpr (kKind == ParamKind::kTimestamp) {
      return (meta.timestamp);
    } else if constexpr (kKind == ParamKind::kWindow) {
      return (meta.window);
    } else if constexpr (kKind == ParamKind::kPane) {
      return (meta.pane);
    } else if constexpr (kKind == ParamKind::kResume) {
      return (*resume_);
    } else if constexpr (kKind == ParamKind::kFinalizer) {
      return (*finalizer_);
    } else {
      static_assert(kKind == ParamKind::kOutput);
      return std::remove_cvref_t<P>(OutputReceiver<kOrdinal>(), &meta);
    }
  }

  const void* SideView(std::size_t index, const Window& window, const SideInputBuilder& builder) {
    auto& [cached_window, view] = side_views_[index];
    if (view == nullptr || !(cached_window == window)) {
      view = side_inputs_->Get(index, window, builder);
      cached_window = window;
    }
    return view.get();
  }

  template <class BundleParams, class Call>
  void CallBundleHook(StepPhase phase, Call call) {
    const BundleHookScope scope(step_, phase);
    try {
      CallWithBundleArguments<BundleParams>(call, std::make_index_sequence<std::tuple_size_v<BundleParams>>());
    } catch (...) {
      RethrowAsStepError(step_->name, "");
    }
  }

  template <class BundleParams, class Call, std::size_t... I>
  void CallWithBundleArguments(Call call, std::index_sequence<I...>) {
    call(BundleArgument<std::tuple_element_t<I, BundleParams>>()...);
  }

  template <class P>
  decltype(auto) BundleArgument() {
    if constexpr (kParamKind<P> == ParamKind::kOutput) {
      using Out = std::remove_cvref_t<P>;
      constexpr std::size_t kIndex = OutputIndex<Out>(static_cast<Outputs*>(nullptr));
      Receiver<OutputElement<kIndex>>* receiver = OutputReceiver<kIndex>();
      if (receiver != nullptr && !is_global_) {
        auto& guard = std::get<kIndex>(guards_);
        if (!guard) guard.emplace(receiver);
        receiver = &*guard;
      }
      return Out(receiver, &kBundleMeta);
    } else if constexpr (kParamKind<P> == ParamKind::kFinalizer) {
      return (*finalizer_);
    } else {
      return (state_->state);
    }
  }

  template <class... O>
  static std::tuple<std::optional<WindowGuard<typename O::Element>>...> GuardsOf(std::tuple<O...>*);
  static constexpr bool kHasBundleHooks = requires { &Fn::StartBundle; } || requires { &Fn::FinishBundle; };
  using Guards = std::conditional_t<kHasBundleHooks, decltype(GuardsOf(static_cast<Outputs*>(nullptr))), NoState>;

  StepContext* step_;
  SideInputReader* side_inputs_;
  Resume* resume_;
  BundleFinalizer* finalizer_;
  bool is_global_;
  Fn fn_;
  std::array<void*, std::tuple_size_v<Outputs>> receivers_{};  // each a Receiver of the output's elements, or null
  Guards guards_{};
  std::array<std::pair<Window, std::shared_ptr<const void>>, kSides> side_views_{};
  // After fn_: it may refer to the fields. Unused where there is no Setup.
  std::optional<std::conditional_t<HasSetup<Fn>, StateHolder<Fn>, NoState>> state_;
};

// The fields of a DoFn or CombineFn on their way to where it is made.
template <class Fn>
std::string EncodeFn(const Fn& fn) {
  Writer out;
  Coder<Fn>::Encode(fn, out, Context::kOuter);
  return out.Take();
}

// The types of outputs, and their names.
template <class... O>
struct OutputTypes {
  static constexpr std::array<const ElementType*, sizeof...(O)> kTypes{&kElementType<typename O::Element>...};
  static constexpr std::array<std::string_view, sizeof...(O)> kNames{O::kName...};
};
template <class... O>
OutputTypes<O...> OutputTypesOf(std::tuple<O...>*);
template <class... S>
struct SideTypes {
  static constexpr std::array<const ElementType*, sizeof...(S)> kTypes{
      &kElementType<typename ParamTraits<S>::Element>...};
};
template <class... S>
SideTypes<S...> SideTypesOf(std::tuple<S...>*);

template <class Fn>
struct DoFnRegistration {
  using Outputs = decltype(OutputTypesOf(static_cast<typename DoFnTraits<Fn>::Outputs*>(nullptr)));
  using Sides = decltype(SideTypesOf(static_cast<typename DoFnTraits<Fn>::Sides*>(nullptr)));

  static constexpr DoFnTypes kTypes{&kElementType<std::remove_cvref_t<typename ElementParamOf<Fn>::Type>>,
                                    Outputs::kTypes, Outputs::kNames, Sides::kTypes,
                                    DoFnTraits<Fn>::Takes(ParamKind::kResume)};
  static inline const FnEntry kEntry{.key = typeid(Fn).name(),
                                     .process = [](const OperatorContext& context) -> std::unique_ptr<Operator> {
                                       return MakeOperator<DoFnOperator<Fn>>(context);
                                     },
                                     .do_fn = &kTypes};
  static inline const std::string_view kKey = RegisterFn(&kEntry);
};

}  // namespace beam::internal
