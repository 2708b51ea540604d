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

#include "beam/base/error.h"
#include "beam/model/dofn_operator.h"
#include "beam/model/pcollection.h"
#include "beam/transforms/do_fn_rules.h"
#include "beam/transforms/views.h"

namespace beam {

namespace internal {

inline void AddSideInput(Graph& graph, int transform, const auto& view) {
  if (&view.values.graph() != &graph) {
    throw UsageError("ParDo '" + graph.transform(transform).label + "' has a side input of another pipeline");
  }
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
      Graph& graph = in.graph();
      TransformNode& node = graph.Add(TransformKind::kParDo, label);
      const int id = node.id;
      node.fn_key = DoFnRegistration<Fn>::kKey;
      node.payload = EncodeFn(fn);
      node.display = DisplayDataOf(fn);
      node.resumes = DoFnTraits<Fn>::Takes(ParamKind::kResume);
      node.finalizes = DoFnTraits<Fn>::Takes(ParamKind::kFinalizer);
      node.inputs = {in.id()};
      if constexpr (sizeof...(Views) > 0) {
        std::apply([&](const auto&... view) { (AddSideInput(graph, id, view), ...); }, views);
      }
      return AddOutputs(graph, id, in.windowing(), static_cast<typename DoFnTraits<Fn>::Outputs*>(nullptr));
    }
  }
};

}  // namespace internal

template <class Fn, class... Views>
internal::Labelled<internal::ParDoTransform<Fn, Views...>> ParDo(std::string label, Fn fn, Views... views) {
  return {std::move(label), {std::move(fn), {std::move(views)...}}};
}

}  // namespace beam
