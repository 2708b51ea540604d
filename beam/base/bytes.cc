#include "beam/base/bytes.h"

namespace beam {

Writer::LengthMark Writer::BeginLength(std::size_t expected) {
  const LengthMark mark{data_.size(), VarIntSize(expected)};
  data_.append(mark.room, '\0');
  return mark;
}

void Writer::EndLength(const LengthMark& mark) {
  std::uint64_t length = data_.size() - mark.begin - mark.room;
  const std::size_t needed = VarIntSize(length);
  if (needed > mark.room) data_.insert(mark.begin, needed - mark.room, '\0');
  if (needed < mark.room) data_.erase(mark.begin, mark.room - needed);
  for (std::size_t i = 0; i < needed; ++i, length >>= 7) {
    data_[mark.begin + i] = static_cast<char>((length & 0x7F) | (i + 1 < needed ? 0x80 : 0));
  }
}

}  // namespace beam
