// CoGroupByKey: several PCollections of one key type, joined by key.
//
//   const auto joined = CoGroupByKey("Join", emails, phones);
//   // PCollection<KV<K, std::tuple<Iterable<Email>, Iterable<Phone>>>>: each key that any of them has, once
//   joined | Map("Card", [](const auto& kv) { const auto& [emails, phones] = kv.value; ... });
//
// Each Iterable may be empty; as those of GroupByKey it may be read again and may be larger than memory. All inputs
// must have the same windows.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "beam/base/error.h"
#include "beam/transforms/flatten.h"
#include "beam/transforms/group_by_key.h"
#include "beam/transforms/par_do.h"

namespace beam {
namespace internal {

// A value of one of the inputs: encoded as the number of the input, then the value.
template <class... V>
struct Union {
  std::variant<V...> value;
};

// The values of one input among those of all.
class ValuesOfInput final : public EncodedValues {
 public:
  ValuesOfInput(std::shared_ptr<const EncodedValues> all, std::uint8_t input, std::size_t size)
      : all_(std::move(all)), input_(input), size_(size) {}

  std::size_t size() const override { return size_; }
  std::unique_ptr<Cursor> Open() const override { return std::make_unique<InputCursor>(all_->Open(), input_); }

  // How many of `values` each input has.
  template <std::size_t kInputs>
  static std::array<std::size_t, kInputs> Sizes(const EncodedValues& values) {
    std::array<std::size_t, kInputs> sizes{};
    const auto cursor = values.Open();
    for (std::string_view bytes; cursor->Next(bytes);) ++sizes.at(static_cast<std::uint8_t>(bytes.at(0)));
    return sizes;
  }

 private:
  class InputCursor final : public Cursor {
   public:
    InputCursor(std::unique_ptr<Cursor> all, std::uint8_t input) : all_(std::move(all)), input_(input) {}
    bool Next(std::string_view& bytes) override {
      while (all_->Next(bytes)) {
        if (static_cast<std::uint8_t>(bytes.at(0)) != input_) continue;
        bytes.remove_prefix(1);
        return true;
      }
      return false;
    }

   private:
    std::unique_ptr<Cursor> all_;
    std::uint8_t input_;
  };

  std::shared_ptr<const EncodedValues> all_;
  std::uint8_t input_;
  std::size_t size_;
};

template <std::size_t kInput, class K, class... V>
struct TagFn {
  using In = std::tuple_element_t<kInput, std::tuple<V...>>;
  void ProcessElement(KV<K, In> kv, Output<KV<K, Union<V...>>> out) const {
    out.Emit({std::move(kv.key), {std::variant<V...>(std::in_place_index<kInput>, std::move(kv.value))}});
  }
};

template <class K, class... V>
struct UntagFn {
  void ProcessElement(const KV<K, Iterable<Union<V...>>>& group, Output<KV<K, std::tuple<Iterable<V>...>>> out) const {
    const auto all = group.value.Encoded();
    const auto sizes = ValuesOfInput::Sizes<sizeof...(V)>(*all);
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      out.Emit({CopyElement(group.key),
                {Iterable<V>(std::make_shared<const ValuesOfInput>(all, static_cast<std::uint8_t>(I), sizes[I]))...}});
    }(std::make_index_sequence<sizeof...(V)>());
  }
};

template <class K, class T>
inline constexpr bool kIsKeyedBy = false;
template <class K, class V>
inline constexpr bool kIsKeyedBy<K, PCollection<KV<K, V>>> = true;

template <class K, class... V, std::size_t... I>
auto CoGroup(const std::string& label, std::index_sequence<I...>, const PCollection<KV<K, V>>&... inputs) {
  const auto& first = std::get<0>(std::tie(inputs...));
  if (((&inputs.graph() != &first.graph()) || ...)) {
    throw UsageError("CoGroupByKey '" + label + "' has inputs of two pipelines");
  }
  const Graph::Scope scope(first.graph(), label);
  const std::vector<PCollection<KV<K, Union<V...>>>> tagged{
      (inputs | ParDo("Tag " + std::to_string(I), TagFn<I, K, V...>{}))...};
  return Flatten("Flatten", tagged) | GroupByKey() | ParDo("Untag", UntagFn<K, V...>{});
}

}  // namespace internal

template <class... V>
struct Coder<internal::Union<V...>> {
  using Union = internal::Union<V...>;
  static constexpr bool kCodable = (Codable<V> && ...);

  static void Encode(const Union& tagged, Writer& out, Context = Context::kNested) {
    out.Byte(static_cast<std::uint8_t>(tagged.value.index()));
    ForIndex(tagged.value.index(),
             [&]<std::size_t kIndex, class T>() { Coder<T>::Encode(std::get<kIndex>(tagged.value), out); });
  }
  static Union Decode(Reader& in, Context = Context::kNested) {
    const std::uint8_t index = in.Byte();
    if (index >= sizeof...(V)) throw Error("malformed bytes: a joined value is of none of the inputs");
    std::optional<Union> tagged;
    ForIndex(index, [&]<std::size_t kIndex, class T>() {
      tagged.emplace(Union{std::variant<V...>(std::in_place_index<kIndex>, Coder<T>::Decode(in))});
    });
    return std::move(*tagged);
  }
  static std::size_t ByteSize(const Union& tagged) {
    std::size_t size = 1;
    ForIndex(tagged.value.index(),
             [&]<std::size_t kIndex, class T>() { size += Coder<T>::ByteSize(std::get<kIndex>(tagged.value)); });
    return size;
  }
  static CoderSpec Spec() { return CustomCoderSpec<Union>(); }

 private:
  template <class Visit>
  static void ForIndex(std::size_t index, Visit visit) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (void)((index == I ? (visit.template operator()<I, V>(), true) : false) || ...);
    }(std::make_index_sequence<sizeof...(V)>());
  }
};

template <class K, class V, class... More>
auto CoGroupByKey(const std::string& label, const PCollection<KV<K, V>>& first, const More&... more) {
  constexpr bool kSameKeys = (internal::kIsKeyedBy<K, More> && ...);
  static_assert(kSameKeys, "the inputs of a CoGroupByKey must be PCollections of KV<K, V> with one key type K");
  if constexpr (!kSameKeys) {
    return internal::Poison{};
  } else {
    return internal::CoGroup(label, std::make_index_sequence<1 + sizeof...(More)>(), first, more...);
  }
}

}  // namespace beam
