// NameScale: names as numbers, to guess where among many others of their kind a name lies that was not seen yet.
// A guess may be bad, and is only worth less then: where a listing is divided, each side lists what lies there.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "beam/io/object_store.h"

namespace beam::internal {

// Made of a page of a listing: of the letters that its names have around the place where they begin to differ.
// Immutable.
class NameScale {
 public:
  // Nothing where the page says nothing: fewer than two names, or letters that are not ASCII there.
  static std::optional<NameScale> Of(const std::vector<ObjectInfo>& page);

  // A name that lies `pages` times the length of the page behind `from`. Nothing where names of this kind end before.
  std::optional<std::string> Ahead(std::string_view from, unsigned pages) const;

  // A name half-way between two, which are at least `pages` pages apart; otherwise nothing.
  std::optional<std::string> Between(std::string_view from, std::string_view to, unsigned pages) const;

 private:
  __extension__ using Number = unsigned __int128;

  // As many letters as a number holds.
  static constexpr std::size_t kLetters = 16;
  static constexpr std::size_t kBeforeDifference = 8;

  NameScale() = default;
  std::optional<Number> NumberOf(std::string_view name) const;
  std::string NameOf(Number number) const;

  std::string beginning_;  // of all names on the scale
  std::array<std::string_view, kLetters> alphabets_;
  Number all_ = 1;   // how many names there are
  Number page_ = 0;  // how many of them a page spans
};

}  // namespace beam::internal
