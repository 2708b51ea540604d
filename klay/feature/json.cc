#include "klay/feature/json.h"

#include <string>

#include "klay/feature/read_bytes.h"

namespace klay {
namespace {

constexpr int kDeepest = 1000;

// Values are copied, compared and written by recursion, so a file that is nothing but brackets would take all the
// stack.
void CheckDepth(const std::string& text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if (c == ']' || c == '}') --depth;
    if ((c == '[' || c == '{') && ++depth > kDeepest) {
      throw FeatureError("the JSON is nested more than " + std::to_string(kDeepest) + " deep at byte "
                         + std::to_string(i));
    }
  }
}

// The library's texts begin with a name and number of its own in brackets.
std::string Reason(const nlohmann::json::exception& error) {
  const std::string text = error.what();
  const std::size_t bracket = text.find("] ");
  return bracket == std::string::npos ? text : text.substr(bracket + 2);
}

}  // namespace

nlohmann::ordered_json ReadJson(beam::ByteSource& source, std::uint64_t max_bytes) {
  const std::string text = internal::BytesReader(source).UpTo(max_bytes + 1);
  if (text.size() > max_bytes) {
    throw FeatureError("a JSON file of more than " + std::to_string(max_bytes) + " bytes is not read");
  }
  if (text.empty()) throw FeatureError("the file is empty");
  CheckDepth(text);
  try {
    return nlohmann::ordered_json::parse(text);
  } catch (const nlohmann::json::exception& error) {
    throw FeatureError("not JSON: " + Reason(error));
  }
}

void WriteJson(beam::ByteSink& sink, const nlohmann::ordered_json& json, int indent) {
  try {
    const std::string text = json.dump(indent) + '\n';
    sink.Write(text.data(), text.size());
  } catch (const nlohmann::json::exception& error) {
    throw FeatureError("this cannot be written as JSON: " + Reason(error));
  }
}

}  // namespace klay
