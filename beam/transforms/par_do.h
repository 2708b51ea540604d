// ParDo: a DoFn over each element of a PCollection. Side inputs follow the DoFn, one for each SideInput parameter of
// its ProcessElement, in their order:
//
//   auto [vocal, other] = files | ParDo("Find Vocals", FindVocals{.model_path = "m.onnx"}, AsSingleton(gain));
//
// One output comes back as a PCollection, several as a tuple of them, none as nothing.
#pragma once

#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "beam/model/dofn_operator.h"
#include "beam/model/pcollection.h"

namespace beam {

// Marks of how a PCollection is seen as a side input.
template <class T>
struct SingletonView {
  PCollection<T> values;
};
template <class T>
struct IterableView {
  PCollection<T> values;
};
template <class K, class V>
struct MapView {
  PCollection<KV<K, V>> values;
};

template <class T>
SingletonView<T> AsSingleton(const PCollection<T>& values) {
  return {values};
}
template <class T>
IterableView<T> AsIterable(const PCollection<T>& values) {
  return {values};
}
template <class K, class V>
MapView<K, V> AsMap(const PCollection<KV<K, V>>& values) {
  return {values};
}

namespace internal {

template <class View>
struct SideParamOf {
  using Type = void;
};
template <class T>
struct SideParamOf<SingletonView<T>> {
  using Type = SideInput<T>;
};
template <class T>
struct SideParamOf<IterableView<T>> {
  using Type = SideIterable<T>;
};
template <class K, class V>
struct SideParamOf<MapView<K, V>> {
  using Type = SideMap<K, V>;
};

// The rules of a DoFn over elements of type In, each a sentence. True where all hold.
template <class Fn, class In, class... Views>
constexpr bool CheckDoFn() {
  if constexpr (!HasProcessElement<Fn>) {
    static_assert(HasProcessElement<Fn>,
                  "a DoFn needs one member `void ProcessElement(const Element&, ..., Output<T>...) const`: not "
                  "overloaded, not a template, and spelled like that");
    return false;
  } else if constexpr (!HasConstProcessElement<Fn>) {
    static_assert(HasConstProcessElement<Fn>,
                  "ProcessElement must be const: what changes from element to element belongs into the state that "
                  "Setup() returns");
    return false;
  } else if constexpr (!Codable<Fn>) {
    static_assert(Codable<Fn>,
                  "a DoFn travels to the workers, so it must be an aggregate of fields that have a coder: make what "
                  "lives on the worker (models, caches, mutexes, pointers) in Setup()");
    return false;
  } else {
    using Traits = DoFnTraits<Fn>;
    if constexpr (!Traits::kHasElement) {
      static_assert(Traits::kHasElement, "ProcessElement must take the element (after the state, if there is a Setup)");
      return false;
    } else {
      using Element = std::remove_cvref_t<typename ElementParamOf<Fn>::Type>;
      if constexpr (!std::is_same_v<Element, In>) {
        static_assert(std::is_same_v<Element, In>,
                      "this DoFn takes elements of another type than those of the PCollection before the |");
        return false;
      } else if constexpr (!std::is_same_v<std::tuple<typename SideParamOf<Views>::Type...>, typename Traits::Sides>) {
        static_assert(std::is_same_v<std::tuple<typename SideParamOf<Views>::Type...>, typename Traits::Sides>,
                      "ParDo needs one AsSingleton, AsIterable or AsMap for each SideInput, SideIterable or SideMap "
                      "parameter of ProcessElement, of the same types and in the same order");
        return false;
      } else {
        return true;
      }
    }
  }
}

template <class... O>
constexpr bool AllCodable(std::tuple<O...>*) {
  return (Codable<typename O::Element> && ...);
}

template <class Fn>
std::string EncodeFn(const Fn& fn) {
  Writer out;
  Coder<Fn>::Encode(fn, out, Context::kOuter);
  return out.Take();
}

inline void AddSideInput(Graph& graph, int transform, const auto& view) {
  using Kind = typename SideParamOf<std::remove_cvref_t<decltype(view)>>::Type;
  graph.transform(transform).side_inputs.push_back(
      {ParamTraits<Kind>::kMap ? SideInputKind::kMultimap : SideInputKind::kIterable, view.values.id()});
}

// Adds the outputs of `transform`, and gives them as the user gets them.
template <class... O>
auto AddOutputs([[maybe_unused]] Graph& graph, [[maybe_unused]] int transform,
                [[maybe_unused]] const WindowingStrategy& windowing, std::tuple<O...>*) {
  const auto add = [&]<class Out>(std::type_identity<Out>) {
    return PCollection<typename Out::Element>(
        &graph, graph.AddOutput(transform, std::string(Out::kName), &kElementType<typename Out::Element>, windowing));
  };
  // No tuple for the most common case: it compiles faster.
  if constexpr (sizeof...(O) == 1) {
    return (add(std::type_identity<O>()), ...);
  } else if constexpr (sizeof...(O) > 1) {
    // Braces: outputs are added in their order.
    return std::tuple<PCollection<typename O::Element>...>{add(std::type_identity<O>())...};
  }
}

template <class Fn, class... Views>
struct ParDoTransform {
  Fn fn;
  std::tuple<Views...> views;

  template <class In>
  auto ExpandPrimitive(const PCollection<In>& in, const std::string& label) const {
    if constexpr (!CheckDoFn<Fn, In, Views...>()) {
      return Poison{};
    } else {
      using Outputs = typename DoFnTraits<Fn>::Outputs;
      if constexpr (!AllCodable(static_cast<Outputs*>(nullptr))) {
        static_assert(AllCodable(static_cast<Outputs*>(nullptr)),
                      "an Output of this DoFn has elements without a coder: make their type an aggregate of codable "
                      "fields, or specialise beam::Coder for it");
        return Poison{};
      } else {
        Graph& graph = in.graph();
        TransformNode& node = graph.Add(TransformKind::kParDo, label);
        const int id = node.id;
        node.fn_key = DoFnRegistration<Fn>::kKey;
        node.payload = EncodeFn(fn);
        node.resumes = DoFnTraits<Fn>::kResumes;
        node.inputs = {in.id()};
        if constexpr (sizeof...(Views) > 0) {
          std::apply([&](const auto&... view) { (AddSideInput(graph, id, view), ...); }, views);
        }
        return AddOutputs(graph, id, in.windowing(), static_cast<Outputs*>(nullptr));
      }
    }
  }
};

}  // namespace internal

template <class Fn, class... Views>
internal::Labelled<internal::ParDoTransform<Fn, Views...>> ParDo(std::string label, Fn fn, Views... views) {
  return {std::move(label), {std::move(fn), {std::move(views)...}}};
}

}  // namespace beam
