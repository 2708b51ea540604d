// Changes to messages of Protobuf that leave them messages: a text becomes another one that stands in the message, or
// loses or gets a byte; a number another one; an element of a list, or of a map, goes or comes twice.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "fuzz/script.h"

namespace beam::fuzzing {

class MessageChanger {
 public:
  explicit MessageChanger(google::protobuf::Message& message) { Collect(message); }

  // One change, of one field. Further changes need another MessageChanger, as fields may have gone.
  void Change(Script& script) {
    if (places_.empty()) return;
    const Place place = places_[script.Below(places_.size())];
    const google::protobuf::Reflection& reflection = *place.message->GetReflection();
    if (place.field->is_repeated()) return ChangeList(*place.message, place.field, script);
    switch (place.field->cpp_type()) {
      case Field::CPPTYPE_STRING: {
        std::string text = reflection.GetString(*place.message, place.field);
        ChangeText(text, script);
        return reflection.SetString(place.message, place.field, text);
      }
      case Field::CPPTYPE_BOOL: return reflection.SetBool(place.message, place.field, script.Byte() % 2 == 0);
      case Field::CPPTYPE_INT32:
        return reflection.SetInt32(place.message, place.field, static_cast<std::int32_t>(script.Number()));
      case Field::CPPTYPE_INT64:
        return reflection.SetInt64(place.message, place.field, static_cast<std::int64_t>(script.Number()));
      case Field::CPPTYPE_DOUBLE:
        return reflection.SetDouble(place.message, place.field, std::bit_cast<double>(script.Number()));
      case Field::CPPTYPE_ENUM: return reflection.SetEnumValue(place.message, place.field, script.Byte());
      default: return reflection.ClearField(place.message, place.field);
    }
  }

 private:
  using Field = google::protobuf::FieldDescriptor;
  struct Place {
    google::protobuf::Message* message;
    const Field* field;
  };

  void Collect(google::protobuf::Message& message) {
    const google::protobuf::Reflection& reflection = *message.GetReflection();
    std::vector<const Field*> fields;
    reflection.ListFields(message, &fields);
    for (const Field* const field : fields) {
      places_.push_back({&message, field});
      if (field->cpp_type() == Field::CPPTYPE_MESSAGE) {
        if (!field->is_repeated()) {
          Collect(*reflection.MutableMessage(&message, field));
          continue;
        }
        for (const int i : OrderOf(message, field)) Collect(*reflection.MutableRepeatedMessage(&message, field, i));
      } else if (field->type() == Field::TYPE_STRING) {
        if (!field->is_repeated()) texts_.push_back(reflection.GetString(message, field));
        for (int i = 0; field->is_repeated() && i < reflection.FieldSize(message, field); ++i) {
          texts_.push_back(reflection.GetRepeatedString(message, field, i));
        }
      }
    }
  }

  // The elements of a list as they stand; those of a map by their keys, as its own order is another one each time.
  static std::vector<int> OrderOf(const google::protobuf::Message& message, const Field* field) {
    const google::protobuf::Reflection& reflection = *message.GetReflection();
    std::vector<int> order(static_cast<std::size_t>(reflection.FieldSize(message, field)));
    std::iota(order.begin(), order.end(), 0);
    if (!field->is_map() || field->message_type()->map_key()->cpp_type() != Field::CPPTYPE_STRING) return order;
    const auto key = [&](int i) {
      const google::protobuf::Message& entry = reflection.GetRepeatedMessage(message, field, i);
      return entry.GetReflection()->GetString(entry, field->message_type()->map_key());
    };
    std::sort(order.begin(), order.end(), [&](int a, int b) { return key(a) < key(b); });
    return order;
  }

  void ChangeList(google::protobuf::Message& message, const Field* field, Script& script) {
    const google::protobuf::Reflection& reflection = *message.GetReflection();
    const int size = reflection.FieldSize(message, field);
    if (size == 0) return;
    const int index = OrderOf(message, field)[script.Below(static_cast<std::size_t>(size))];
    switch (script.Byte() % 3) {
      case 0: reflection.SwapElements(&message, field, index, size - 1); return reflection.RemoveLast(&message, field);
      case 1:
        if (field->cpp_type() == Field::CPPTYPE_MESSAGE) {
          const std::string copy = reflection.GetRepeatedMessage(message, field, index).SerializeAsString();
          google::protobuf::Message& added = *reflection.AddMessage(&message, field);
          added.ParsePartialFromString(copy);
          // In a map it takes the place of another one unless it is renamed.
          MessageChanger(added).Change(script);
          return;
        }
        if (field->cpp_type() == Field::CPPTYPE_STRING) {
          reflection.AddString(&message, field, reflection.GetRepeatedString(message, field, index));
        }
        return;
      default:
        if (field->cpp_type() != Field::CPPTYPE_STRING) return;
        std::string text = reflection.GetRepeatedString(message, field, index);
        ChangeText(text, script);
        reflection.SetRepeatedString(&message, field, index, text);
    }
  }

  void ChangeText(std::string& text, Script& script) const {
    const std::uint8_t how = script.Byte() % 5;
    if (how == 0 && !texts_.empty()) {
      text = texts_[script.Below(texts_.size())];
    } else if (how == 1) {
      text = script.Bytes();
    } else {
      const std::size_t at = script.Below(text.size() + 1);
      if (how == 2) text.insert(at, 1, static_cast<char>(script.Byte()));
      if (how == 3) text.erase(at, script.Byte() % 8);
      if (how == 4 && at < text.size()) text[at] = static_cast<char>(script.Byte());
    }
  }

  std::vector<Place> places_;  // of all fields that are set
  std::vector<std::string> texts_;
};

inline void ChangeMessage(google::protobuf::Message& message, Script& script) {
  MessageChanger(message).Change(script);
}

// The same within a message that is kept as bytes.
template <class Message>
void ChangePayload(std::string& payload, Script& script) {
  Message message;
  if (!message.ParseFromString(payload)) return;
  ChangeMessage(message, script);
  payload = message.SerializeAsString();
}

}  // namespace beam::fuzzing
