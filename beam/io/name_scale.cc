#include "beam/io/name_scale.h"

#include <algorithm>

#include "beam/base/utf8.h"

namespace beam::internal {
namespace {

// In ascending order. The first that has all the letters of a place is taken for its alphabet.
constexpr std::string_view kAlphabets[] = {
    "0123456789",
    "0123456789abcdef",
    "0123456789ABCDEF",
    "0123456789abcdefghijklmnopqrstuvwxyz",
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~",
};

}  // namespace

std::optional<NameScale> NameScale::Of(const std::vector<ObjectInfo>& page) {
  if (page.size() < 2) return std::nullopt;
  const std::string& first = page.front().name;
  const std::string& last = page.back().name;
  const auto differ = std::mismatch(first.begin(), first.end(), last.begin(), last.end()).first;
  const auto difference = static_cast<std::size_t>(differ - first.begin());
  NameScale scale;
  // Not before the key, and not within the bucket.
  const std::size_t key = first.find('/') + 1;
  const std::size_t begin = std::max(key, difference - std::min(difference, kBeforeDifference));
  if (begin > difference) return std::nullopt;
  scale.beginning_ = first.substr(0, begin);
  for (std::size_t i = 0; i < kLetters; ++i) {
    std::size_t alphabet = 0;
    bool same = true;  // everywhere in the page
    char before = '\0';
    for (const ObjectInfo& info : page) {
      if (begin + i >= info.name.size()) continue;
      const char letter = info.name[begin + i];
      while (kAlphabets[alphabet].find(letter) == std::string_view::npos) {
        if (++alphabet == std::size(kAlphabets)) return std::nullopt;
      }
      same = same && (before == '\0' || letter == before);
      before = letter;
    }
    std::string_view& letters = scale.alphabets_[i];
    letters = kAlphabets[alphabet];
    // What separates parts of names is the same in other pages, too: behind the last file of a folder comes the next
    // folder, not a longer name of this one.
    if (same && alphabet + 1 == std::size(kAlphabets)) letters = letters.substr(letters.find(before), 1);
    scale.all_ *= letters.size();
  }
  const std::optional<Number> low = scale.NumberOf(first);
  const std::optional<Number> high = scale.NumberOf(last);
  if (!low || !high || *high <= *low) return std::nullopt;
  scale.page_ = *high - *low;
  return scale;
}

std::optional<NameScale::Number> NameScale::NumberOf(std::string_view name) const {
  if (!name.starts_with(beginning_)) return std::nullopt;
  name.remove_prefix(beginning_.size());
  Number number = 0;
  for (std::size_t i = 0; i < kLetters; ++i) {
    const std::string_view alphabet = alphabets_[i];
    std::size_t digit = 0;
    if (i < name.size()) {
      digit = static_cast<std::size_t>(std::lower_bound(alphabet.begin(), alphabet.end(), name[i]) - alphabet.begin());
    }
    number = number * alphabet.size() + std::min(digit, alphabet.size() - 1);
  }
  return number;
}

std::string NameScale::NameOf(Number number) const {
  std::string letters(kLetters, '\0');
  for (std::size_t i = kLetters; i-- > 0;) {
    letters[i] = alphabets_[i][static_cast<std::size_t>(number % alphabets_[i].size())];
    number /= alphabets_[i].size();
  }
  return beginning_ + letters;
}

std::optional<std::string> NameScale::Ahead(std::string_view from, unsigned pages) const {
  const std::optional<Number> number = NumberOf(from);
  if (!number || page_ >= (all_ - *number) / pages) return std::nullopt;
  std::string name = NameOf(*number + page_ * pages);
  if (name <= from || FindInvalidUtf8(name)) return std::nullopt;
  return name;
}

std::optional<std::string> NameScale::Between(std::string_view from, std::string_view to, unsigned pages) const {
  const std::optional<Number> low = NumberOf(from);
  const std::optional<Number> high = NumberOf(to);
  if (!low || !high || *high <= *low || (*high - *low) / pages < page_) return std::nullopt;
  std::string name = NameOf(*low + (*high - *low) / 2);
  if (name <= from || name >= to || FindInvalidUtf8(name)) return std::nullopt;
  return name;
}

}  // namespace beam::internal
