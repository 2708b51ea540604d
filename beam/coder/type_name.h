// TypeName<T>(): the qualified name of a type as a string, at compile time.
//
// The same text from GCC and Clang for named types: `audio::Failure`, `beam::KV<int, std::basic_string<char>>`. Types
// of an anonymous namespace contain `{anonymous}`; the names of function-local types and of lambdas differ by compiler.
#pragma once

#include <array>
#include <cstddef>
#include <iterator>
#include <string_view>

namespace beam {
namespace internal {

// Returns `const char*` because GCC would otherwise append what a `std::string_view` is.
template <class T>
constexpr const char* TypeSignature() {
  return __PRETTY_FUNCTION__;
}

template <class T>
constexpr std::string_view RawTypeName() {
  std::string_view name = TypeSignature<T>();
  name.remove_prefix(name.find("T = ") + 4);
  return name.substr(0, name.rfind(']'));
}

struct NameRewrite {
  std::string_view from;
  std::string_view to;
};

// In this order: each line brings one compiler's spelling to a common one.
inline constexpr NameRewrite kNameRewrites[] = {
    {"std::__cxx11::", "std::"},
    {"(anonymous namespace)", "{anonymous}"},
    {"long long unsigned int", "unsigned long long"},
    {"long unsigned int", "unsigned long"},
    {"short unsigned int", "unsigned short"},
    {"long int", "long"},
    {"short int", "short"},
    {"> >", ">>"},
};

template <std::size_t kSize>
struct NameBuffer {
  std::array<char, kSize> text{};
  std::size_t size = 0;
};

template <std::size_t kSize>
constexpr NameBuffer<kSize> NormalizeTypeName(std::string_view raw) {
  NameBuffer<kSize> out;
  while (!raw.empty()) {
    // By value: GCC 12's sanitizers do not take the comparison of a pointer to a constant with null for constant.
    NameRewrite found{raw.substr(0, 1), raw.substr(0, 1)};
    for (std::size_t i = std::size(kNameRewrites); i-- > 0;) {
      if (raw.starts_with(kNameRewrites[i].from)) found = kNameRewrites[i];
    }
    // "> >" keeps its second bracket in the input, so that a whole run of them closes up.
    const bool closes = found.from == "> >";
    for (const char c : found.to.substr(0, closes ? 1 : found.to.size())) out.text[out.size++] = c;
    raw.remove_prefix(closes ? 2 : found.from.size());
  }
  return out;
}

template <class T>
inline constexpr auto kTypeName = NormalizeTypeName<RawTypeName<T>().size()>(RawTypeName<T>());

}  // namespace internal

template <class T>
constexpr std::string_view TypeName() {
  return {internal::kTypeName<T>.text.data(), internal::kTypeName<T>.size};
}

}  // namespace beam
