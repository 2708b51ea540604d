// The declaration of Coder<T> and the concept of types that have one.
//
// Coder<T> says how values of T become bytes between steps, and what those bytes are called in Beam. All functions are
// static and thread-safe:
//   static void Encode(const T& value, Writer& out, Context context = Context::kNested);
//   static T Decode(Reader& in, Context context = Context::kNested);     // throws Error on malformed bytes
//   static std::size_t ByteSize(const T& value);    // of the nested encoding, exact or close; cheap, without
//   allocation static CoderSpec Spec();                        // in Beam's terms: urn, components, schema
//
// A type with invariants specialises it; the bytes must be the same for equal values, since grouping compares bytes:
//   template <> struct beam::Coder<Color> {
//     static void Encode(const Color& c, Writer& out, Context = Context::kNested) { out.BigEndian(c.rgba()); }
//     static Color Decode(Reader& in, Context = Context::kNested) { return Color(in.BigEndian<std::uint32_t>()); }
//     static std::size_t ByteSize(const Color&) { return 4; }
//     static CoderSpec Spec() { return CustomCoderSpec<Color>(); }
//   };
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>

#include "beam/base/bytes.h"
#include "beam/coder/context.h"
#include "beam/coder/schema.h"
#include "beam/coder/type_name.h"

namespace beam {

template <class T>
struct Coder;

namespace internal {

// The SDK's own coders exist for more types than they can encode (a vector of anything) and say so in kCodable.
template <class T>
constexpr bool IsCodable() {
  if constexpr (requires { Coder<T>::kCodable; }) {
    return Coder<T>::kCodable;
  } else {
    return requires(const T& value, Writer& out, Reader& in, Context context) {
      Coder<T>::Encode(value, out, context);
      { Coder<T>::Decode(in, context) } -> std::same_as<T>;
      { Coder<T>::ByteSize(value) } -> std::convertible_to<std::size_t>;
      { Coder<T>::Spec() } -> std::same_as<CoderSpec>;
    };
  }
}

}  // namespace internal

// Whether values of T can be elements of a PCollection. Never an error.
template <class T>
concept Codable = std::is_object_v<T> && std::same_as<T, std::remove_cv_t<T>> && internal::IsCodable<T>();

// The spec of a coder that Beam has no name for. Runners treat its bytes as opaque.
template <class T>
CoderSpec CustomCoderSpec() {
  return {.urn = "beam:cpp:coder:custom:v1", .payload = std::string(TypeName<T>())};
}

}  // namespace beam
