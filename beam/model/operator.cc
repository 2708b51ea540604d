#include "beam/model/operator.h"

#include <exception>

namespace beam {
namespace {

std::string Sentence(std::string_view step, std::string_view element, std::string_view reason) {
  std::string text = "step '" + std::string(step) + "' failed";
  if (!element.empty()) text.append(" on '").append(element).append("'");
  return text.append(": ").append(reason);
}

}  // namespace

StepError::StepError(std::string_view step, std::string_view element, std::string_view reason)
    : Error(Sentence(step, element, reason)), step_(step), element_(element), reason_(reason) {}

void RethrowAsStepError(std::string_view step, std::string_view element) {
  try {
    throw;
  } catch (const StepError& error) {
    if (!error.element().empty() || element.empty()) throw;
    throw StepError(error.step(), element, error.reason());
  } catch (const Cancelled&) {
    throw;
  } catch (const std::exception& error) {
    throw StepError(step, element, error.what());
  } catch (...) {
    throw StepError(step, element, "an exception that is not a std::exception");
  }
}

}  // namespace beam
