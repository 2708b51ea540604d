// Operator: a step at work. One instance belongs to one thread; its life is a number of bundles.
//
//   make -> [StartBundle, elements..., FinishBundle]* -> destructor (the teardown)
//
// After an exception an operator is thrown away, with all of its stage, and made anew for the retry. The embedded
// runner and the worker of an engine run the very same operators; only what stands at the ends of a stage differs.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "beam/coder/window.h"
#include "beam/model/bundle_finalizer.h"
#include "beam/model/element_counter.h"
#include "beam/model/metrics.h"
#include "beam/model/receiver.h"
#include "beam/model/resume.h"
#include "beam/model/side_input.h"
#include "beam/model/window_fn.h"

namespace beam {

// What an operator is given when it is made. Everything pointed to outlives the operator.
struct OperatorContext {
  std::string_view payload;                // the encoded fields of the DoFn or CombineFn
  StepContext* step = nullptr;             // to be set as current while user code runs
  std::vector<AnyReceiver> outputs;        // in the order of the step's outputs; an empty one has no reader
  SideInputReader* side_inputs = nullptr;  // null where the step has none
  Resume* resume = nullptr;                // null where the step does not resume
  BundleFinalizer* finalizer = nullptr;
  WindowingStrategy windowing;       // of the step's input; for WindowInto, of its output
  const CoderSpec* coder = nullptr;  // ToString only: of its input
};

class Operator {
 public:
  virtual ~Operator() = default;
  virtual AnyReceiver input() = 0;
  virtual void StartBundle() {}
  virtual void FinishBundle() {}
};

// Passes elements on to all that read a PCollection, and counts them.
class Tee : public Operator {
 public:
  ElementCounter& elements() { return elements_; }

 protected:
  ElementCounter elements_;
};

using OperatorFactory = std::unique_ptr<Operator> (*)(const OperatorContext&);

namespace internal {

// std::make_unique without a std::unique_ptr of the very type, of which a program has hundreds: it compiles faster.
template <class Made, class... Args>
std::unique_ptr<Operator> MakeOperator(Args&&... args) {
  return std::unique_ptr<Operator>(new Made(std::forward<Args>(args)...));
}

}  // namespace internal

// Attributes log lines and metrics of this thread to a step while in scope.
class StepScope {
 public:
  explicit StepScope(const StepContext* step) : former_(current_log_step.load(std::memory_order_relaxed)) {
    current_log_step.store(step, std::memory_order_relaxed);
  }
  ~StepScope() { current_log_step.store(former_, std::memory_order_relaxed); }
  StepScope(const StepScope&) = delete;
  StepScope& operator=(const StepScope&) = delete;

 private:
  const LogStep* former_;
};

// The same while a step starts or finishes a bundle.
class BundleHookScope {
 public:
  BundleHookScope(StepContext* step, StepPhase phase) : step_(step), scope_(step) {
    step_->phase.store(phase, std::memory_order_relaxed);
  }
  ~BundleHookScope() { step_->phase.store(StepPhase::kProcess, std::memory_order_relaxed); }
  BundleHookScope(const BundleHookScope&) = delete;
  BundleHookScope& operator=(const BundleHookScope&) = delete;

 private:
  StepContext* step_;
  StepScope scope_;
};

// A failure inside a step, with the step's full name and, where it can be told, the element.
class StepError : public Error {
 public:
  StepError(std::string_view step, std::string_view element, std::string_view reason);

  const std::string& step() const { return step_; }
  const std::string& element() const { return element_; }
  const std::string& reason() const { return reason_; }

 private:
  std::string step_;
  std::string element_;
  std::string reason_;
};

// To be called in a catch block: throws the exception in flight as a StepError of this step. A StepError of a later
// step passes, with the element of this step where it has none to tell; Cancelled passes as it is.
[[noreturn]] void RethrowAsStepError(std::string_view step, std::string_view element);

namespace internal {

template <class T>
inline constexpr bool kHasPath = requires(const T& element) { std::string_view(element.path); }
    || requires(const T& element) { std::string_view(element.metadata.path); };

// What can be told of an element in an error: its path, or the key's, or the text itself.
template <class T>
std::string DescribeElement(const T& element) {
  if constexpr (requires { std::string_view(element); }) {
    return std::string(std::string_view(element).substr(0, 200));
  } else if constexpr (requires { std::string_view(element.path); }) {
    return std::string(element.path);
  } else if constexpr (requires { std::string_view(element.metadata.path); }) {
    return std::string(element.metadata.path);
  } else if constexpr (requires { element.key; }) {
    return DescribeElement(element.key);
  } else if constexpr (std::is_arithmetic_v<T>) {
    return std::to_string(element);
  } else {
    return {};
  }
}

}  // namespace internal
}  // namespace beam
