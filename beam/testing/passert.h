// PAssert: checks of what a PCollection holds, as steps of the pipeline, so that they run wherever it runs.
//
//   PAssert::That(words).ContainsInAnyOrder({"a", "b"});
//   PAssert::That(words).InWindow({Timestamp{0}, Timestamp{60'000}}).IsEmpty();
//   PAssert::That(words).Satisfies("All Short", [](const std::vector<std::string>& all) { return all.size() < 10; });
//   PAssert::ThatSingleton(sum).IsEqualTo(6);
//
// A check that fails fails the run, with what was expected and what was found. Elements are compared by their
// encodings, and those of all windows together unless InWindow names one. A function of Satisfies is a lambda without
// captures that returns bool, or a std::string that says what is wrong (empty if nothing is), or nothing; an exception
// fails the check.
//
// The checks of a TestPipeline that never ran fail its Run(); with a plain Pipeline, call RequireAllRan.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "beam/base/error.h"
#include "beam/model/metrics.h"
#include "beam/model/pipeline_result.h"
#include "beam/testing/describe.h"
#include "beam/transforms/impulse.h"
#include "beam/transforms/map.h"
#include "beam/transforms/par_do.h"
#include "beam/transforms/window_into.h"

namespace beam {
namespace internal {

// The label of the steps that check.
inline constexpr std::string_view kCheckLabel = "Check PAssert";
inline constexpr std::string_view kTestingMetrics = "beam.testing";
inline constexpr std::string_view kChecksPassedName = "checks_passed";
inline const Counter kChecksPassed(kTestingMetrics, kChecksPassedName);

// Elements of two PCollections by their encodings: which of each have no equal in the other.
struct ElementDifference {
  std::vector<std::size_t> missing;     // indices of expected elements that were not found
  std::vector<std::size_t> unexpected;  // indices of found elements that were not expected
};
ElementDifference Compare(const std::vector<std::string>& expected, const std::vector<std::string>& found);

// The text of a list of `count` elements, the first of which are described: "  missing 2: a, b".
std::string DescribeList(std::string_view title, std::size_t count, const std::vector<std::string>& first);
inline constexpr std::size_t kMaxShown = 30;

[[noreturn]] void FailCheck(const std::string& subject, const std::string& what);

template <class T, class GetElement>
std::string DescribeElements(std::string_view title, std::size_t count, GetElement get) {
  std::vector<std::string> first;
  for (std::size_t i = 0; i < count && i < kMaxShown; ++i) first.push_back(Describe<T>(get(i)));
  return DescribeList(title, count, first);
}

// The DoFns of the checks, each over one impulse and all elements that are to be checked.

template <class T>
struct ContainsFn {
  std::string subject;
  std::vector<std::string> expected;  // encoded

  void ProcessElement(const Bytes&, const SideIterable<T>& elements) const {
    const std::vector<T>& found = elements.values();
    std::vector<std::string> found_bytes;
    for (const T& element : found) found_bytes.push_back(EncodeElement(element));
    const ElementDifference difference = Compare(expected, found_bytes);
    const auto& [missing, unexpected] = difference;
    if (!missing.empty() || !unexpected.empty()) {
      const auto decode = [this](std::size_t i) {
        Reader in(expected[i]);
        return Coder<T>::Decode(in);
      };
      FailCheck(
          subject,
          "it does not have the elements that were expected"
              + DescribeElements<T>("missing", missing.size(), [&](std::size_t i) { return decode(missing[i]); })
              + DescribeElements<T>("unexpected", unexpected.size(),
                                    [&](std::size_t i) -> decltype(auto) { return found[unexpected[i]]; })
              + DescribeElements<T>("expected", expected.size(), decode)
              + DescribeElements<T>("found", found.size(), [&](std::size_t i) -> decltype(auto) { return found[i]; }));
    }
    kChecksPassed.Inc();
  }

  static std::string EncodeElement(const T& element) {
    Writer out;
    Coder<T>::Encode(element, out);
    return out.Take();
  }
};

// F takes a const std::vector<T>&; for singletons a const T&.
template <class T, class F, bool kIsSingleton>
struct SatisfiesFn {
  std::string subject;

  void ProcessElement(const Bytes&, const SideIterable<T>& elements) const {
    const std::vector<T>& found = elements.values();
    const auto describe = [&] {
      return DescribeElements<T>("found", found.size(), [&](std::size_t i) -> decltype(auto) { return found[i]; });
    };
    if constexpr (kIsSingleton) {
      if (found.size() != 1) FailCheck(subject, "it does not have exactly one element" + describe());
    }
    const auto call = [&]() -> decltype(auto) {
      if constexpr (kIsSingleton) {
        return F{}(static_cast<const T&>(found.front()));
      } else {
        return F{}(found);
      }
    };
    using Result = decltype(call());
    std::string wrong;
    try {
      if constexpr (std::is_same_v<Result, bool>) {
        if (!call()) wrong = "the condition is not satisfied";
      } else if constexpr (std::is_void_v<Result>) {
        call();
      } else {
        wrong = call();
      }
    } catch (const std::exception& error) {
      wrong = error.what();
    }
    if (!wrong.empty()) FailCheck(subject, wrong + describe());
    kChecksPassed.Inc();
  }
};

struct InWindowFn {
  std::int64_t start_millis;
  std::int64_t end_millis;
  bool Has(const Window& window) const {
    return window.start().millis == start_millis && window.end().millis == end_millis;
  }
};

template <class T>
struct KeepWindowFn {
  InWindowFn wanted;
  void ProcessElement(const T& element, const Window& window, Output<T> out) const {
    if (wanted.Has(window)) out.Emit(element);
  }
};

// A label that no step of the graph has yet: "PAssert", "PAssert 2", or with the names given.
std::string UniqueLabel(const Graph& graph, const std::string& label, const std::string& name);
// What the texts of checks call a PCollection: the name of the step that makes it, and of its output.
std::string SubjectOf(const Graph& graph, int pcollection);

// What PAssert::That and ThatSingleton give.
template <class T, bool kIsSingleton>
class Check {
 public:
  Check(const PCollection<T>& elements, std::string label) : elements_(elements), label_(std::move(label)) {}

  // Looks only at the elements in `window`.
  Check InWindow(const Window& window) const {
    Check check(*this);
    check.window_ = window;
    return check;
  }

  Check ContainsInAnyOrder(const std::vector<T>& expected) const
    requires(!kIsSingleton)
  {
    return Contains(expected);
  }
  // For lists in braces.
  Check ContainsInAnyOrder(std::initializer_list<T> expected) const
    requires(!kIsSingleton)
  {
    return Contains(std::vector<T>(expected));
  }
  Check IsEmpty() const
    requires(!kIsSingleton)
  {
    return Contains({});
  }
  Check IsEqualTo(const T& expected) const
    requires kIsSingleton
  {
    return Add(ContainsFn<T>{Subject(), {ContainsFn<T>::EncodeElement(expected)}}, "");
  }

  template <class F>
  Check Satisfies(const std::string& name, F) const {
    using Argument = std::conditional_t<kIsSingleton, T, std::vector<T>>;
    if constexpr (CheckLambda<F, Argument>()) return Add(SatisfiesFn<T, F, kIsSingleton>{Subject()}, name);
    return *this;
  }

 private:
  Check Contains(const std::vector<T>& expected) const {
    ContainsFn<T> fn{Subject(), {}};
    for (const T& element : expected) fn.expected.push_back(ContainsFn<T>::EncodeElement(element));
    return Add(fn, "");
  }

  std::string Subject() const { return SubjectOf(elements_.graph(), elements_.id()); }

  template <class Fn>
  Check Add(const Fn& fn, const std::string& name) const {
    Graph& graph = elements_.graph();
    const Graph::Scope scope(graph, UniqueLabel(graph, label_, name));
    PCollection<T> elements = elements_;
    if (window_.has_value()) {
      const InWindowFn wanted{window_->start().millis, window_->end().millis};
      elements = elements | ParDo("Keep Window", KeepWindowFn<T>{wanted});
    }
    if (!elements.windowing().IsGlobal()) elements = elements | WindowInto("All Windows", GlobalWindows());
    ImpulseTransform{}.ExpandIn(graph, "Impulse") | ParDo(std::string(kCheckLabel), fn, AsIterable(elements));
    return *this;
  }

  PCollection<T> elements_;
  std::string label_;
  std::optional<Window> window_;
};

}  // namespace internal

class PAssert {
 public:
  // `label` is that of the check among the steps; none is needed.
  template <class T>
  [[nodiscard]] static internal::Check<T, false> That(const PCollection<T>& elements, std::string label = "") {
    return {elements, std::move(label)};
  }
  // Of a PCollection that has exactly one element (in the window).
  template <class T>
  [[nodiscard]] static internal::Check<T, true> ThatSingleton(const PCollection<T>& elements, std::string label = "") {
    return {elements, std::move(label)};
  }

  // The full names of the checks that were added to a pipeline.
  static std::vector<std::string> CheckNames(const Pipeline& pipeline);
  // Throws Error, by name, if a check of the pipeline did not pass in this run, and so was not reached.
  static void RequireAllRan(const Pipeline& pipeline, const PipelineResult& result);
};

}  // namespace beam
