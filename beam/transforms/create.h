// Create: a PCollection of given values.
//
//   p | Create("Numbers", {1, 2, 3})
//   p | Create("Names", std::vector<std::string>{...})
#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "beam/transforms/impulse.h"
#include "beam/transforms/par_do.h"
#include "beam/transforms/reshuffle.h"

namespace beam {
namespace internal {

template <class T>
struct CreateFn {
  Bytes values;  // encoded one after another, so that the payload is the same whatever T

  void ProcessElement(const Bytes&, Output<T> out) const {
    Reader in(std::string_view(reinterpret_cast<const char*>(values.data()), values.size()));
    for (std::uint64_t left = in.VarInt(); left > 0; --left) out.Emit(Coder<T>::Decode(in));
  }
};

template <class T>
struct CreateTransform {
  std::vector<T> values;

  PCollection<T> Expand(Pipeline& pipeline) const {
    Writer out;
    out.VarInt(values.size());
    for (const auto& value : values) Coder<T>::Encode(value, out);
    const auto* data = reinterpret_cast<const std::byte*>(out.view().data());
    auto made = pipeline | Impulse() | ParDo("Make", CreateFn<T>{Bytes(data, data + out.size())});
    // Several values are worth several workers; one is not worth a stage.
    if (values.size() > 1) return made | Reshuffle();
    return made;
  }
};

}  // namespace internal

template <class T>
internal::Labelled<internal::CreateTransform<T>> Create(std::string label, std::vector<T> values) {
  return {std::move(label), {std::move(values)}};
}
template <class T>
internal::Labelled<internal::CreateTransform<T>> Create(std::string label, std::initializer_list<T> values) {
  return {std::move(label), {std::vector<T>(values)}};
}
inline internal::Labelled<internal::CreateTransform<std::string>> Create(std::string label,
                                                                         std::initializer_list<const char*> values) {
  return {std::move(label), {std::vector<std::string>(values.begin(), values.end())}};
}

}  // namespace beam
