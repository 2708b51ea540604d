// Flag<T, "help">: a field of an options struct, with the sentence that --help shows. Required<T, "help"> is a flag
// that must be given. The field's name is the flag's name, its initializer the default:
//
//   struct Options {
//     beam::Required<std::string, "the folder with the music"> source_audio_path;       // --source_audio_path DIR
//     beam::Flag<int, "of the output, in Hz"> sample_rate = 48000;                      // --sample_rate 44100
//     beam::Flag<std::optional<double>, "cut to this many seconds"> crop;               // absent unless given
//     beam::Flag<std::vector<std::string>, "genres to keep"> genre;                     // --genre jazz --genre blues
//     beam::Flag<bool, "compute, but write nothing"> dry_run;                           // --dry_run
//     double gain = 1.0;                                                                // a flag without help text
//
//     void Validate() const;                   // optional: throws UsageError for what is wrong with the values
//     together
//   };
//
// A Flag is used as the T that it is: a class T is its base, any other T what it converts to.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "beam/model/output.h"

namespace beam {
namespace internal {

// What gives a Flag its value where that cannot be a base class.
template <class T>
class PlainValue {
 public:
  PlainValue() = default;
  PlainValue(T value) : value_(value) {}        // NOLINT(google-explicit-constructor): it stands for a T
  operator const T&() const { return value_; }  // NOLINT(google-explicit-constructor)

 private:
  T value_{};
};

template <class T>
using FlagBase = std::conditional_t<std::is_class_v<T>, T, PlainValue<T>>;

}  // namespace internal

template <class T, Tag kHelp = "", bool kIsRequired = false>
class Flag : public internal::FlagBase<T> {
 public:
  using Value = T;
  static constexpr std::string_view kHelpText = kHelp.view();
  static constexpr bool kRequired = kIsRequired;

  Flag() : internal::FlagBase<T>() {}
  Flag(T value) : internal::FlagBase<T>(std::move(value)) {}  // NOLINT(google-explicit-constructor): it stands for a T
  Flag(const char* text)                                      // NOLINT(google-explicit-constructor)
    requires std::is_same_v<T, std::string>
      : internal::FlagBase<T>(text) {}

  const T& value() const { return static_cast<const internal::FlagBase<T>&>(*this); }
};

template <class T, Tag kHelp = "">
using Required = Flag<T, kHelp, true>;

}  // namespace beam
