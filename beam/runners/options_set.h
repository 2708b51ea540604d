// FlagSet: the flags of a program, made from the fields of its options structs (options_flag.h). Parsing, help and
// error texts all derive from this one list. Not thread-safe.
//
//   Options options;
//   PipelineOptions pipeline_options;
//   FlagSet flags("count-words", "Counts the words of a text.");
//   flags.Add("Options", options);
//   flags.Add("Options of every pipeline", pipeline_options);
//   flags.Parse({argv + 1, argv + argc});
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "beam/base/job_option_value.h"
#include "beam/coder/reflect.h"
#include "beam/runners/options_flag.h"
#include "beam/runners/options_value.h"

namespace beam {

// One flag.
struct FlagSpec {
  std::string name;  // without the dashes
  std::string help;
  std::string kind;  // of its values, for the help; empty: a switch, which needs none
  std::string default_text;
  bool is_required = false;
  bool is_list = false;                                  // may be given several times
  bool is_shared = false;                                // several structs have it: one flag, which each of them heeds
  bool is_given = false;                                 // Parse() has found it
  std::function<void(std::string_view)> set;             // parses a value and stores it; throws UsageError
  std::function<std::string()> text;                     // the value it has now
  std::function<std::optional<JobOptionValue>()> value;  // the same, for other programs; nothing: it says nothing
};

class FlagSet {
 public:
  FlagSet(std::string program, std::string summary) : program_(std::move(program)), summary_(std::move(summary)) {}

  // Adds a flag for each field. `options` must outlive the set; Parse() writes into it. A field of a name that is there
  // already gets the value of the same flag, which the help shows once.
  template <class Options>
  void Add(std::string title, Options& options);

  // From now on, a flag that others have, and this program has not, is refused by "--NAME SENTENCE", unless it is
  // "--NAME=false" (IsOff) and not `even_off`. The help does not show it. Where the program has a flag of that name,
  // that is meant.
  void Refuse(std::string name, std::string sentence, bool even_off = false) {
    refused_.emplace(std::move(name), Refusal{std::move(sentence), even_off});
  }

  // Understands --flag value, --flag=value and --switch. Throws UsageError, naming the flag and what to do, for a flag
  // that is unknown, refused, missing or has no good value. Of a flag that is given twice the last counts. Nothing but
  // the options is changed, and those only up to the error. With --help among the arguments nothing else is looked at,
  // and false is returned.
  bool Parse(const std::vector<std::string>& arguments);

  // From now on, arguments that are neither flags nor their values are operands, and so are all behind "--". `usage` is
  // what the help calls them, "FILE ..."; Parse() puts them into `operands`, which must outlive the set.
  void TakeOperands(std::string usage, std::vector<std::string>& operands) {
    operands_usage_ = std::move(usage);
    operands_ = &operands;
  }

  // What --help prints.
  std::string Help() const;

  // The flags in order of declaration, each once, for showing what a run was started with.
  std::vector<const FlagSpec*> flags() const;

 private:
  struct Group {
    std::string title;
    std::vector<FlagSpec> flags;
    std::function<void()> validate;
  };

  struct Refusal {
    std::string sentence;
    bool even_off = false;
  };

  void AddGroup(Group group);
  std::vector<FlagSpec*> Named(std::string_view name);
  const FlagSpec* Find(std::string_view name) const;
  // Throws unless the argument is a flag that is refused, and may be given as "--NAME=false" (IsOff) and is.
  void RefuseOrThrowUnknown(const std::string& argument) const;
  [[noreturn]] void ThrowUnknown(const std::string& argument) const;

  std::string program_;
  std::string summary_;
  std::vector<Group> groups_;
  std::map<std::string, Refusal, std::less<>> refused_;  // by names
  std::string operands_usage_;
  std::vector<std::string>* operands_ = nullptr;  // null where there are to be none
};

namespace internal {

template <class Field>
struct FieldFlag {
  using Value = Field;
  static constexpr std::string_view kHelpText = "";
  static constexpr bool kRequired = false;
};
template <class T, Tag kHelp, bool kIsRequired>
struct FieldFlag<Flag<T, kHelp, kIsRequired>> : Flag<T, kHelp, kIsRequired> {
  using Value = T;
};

template <class T>
struct ListElement {
  static constexpr bool kIsList = false;
  using Type = T;
};
template <class T>
struct ListElement<std::vector<T>> {
  static constexpr bool kIsList = true;
  using Type = T;
};

// Numbers, switches and lists of texts stay what they are; all else is its text.
template <class T>
std::optional<JobOptionValue> OptionValueOf(const T& value) {
  if constexpr (std::same_as<T, bool>) {
    return value;
  } else if constexpr (std::integral<T>) {
    return static_cast<std::int64_t>(value);
  } else if constexpr (std::floating_point<T>) {
    return double{value};
  } else if constexpr (std::same_as<T, std::vector<std::string>>) {
    return value.empty() ? std::nullopt : std::optional<JobOptionValue>(value);
  } else if constexpr (requires { value.has_value(); }) {
    return value.has_value() ? OptionValueOf(*value) : std::nullopt;
  } else {
    std::string text = FlagValue<T>::Text(value);
    return text.empty() ? std::nullopt : std::optional<JobOptionValue>(std::move(text));
  }
}

template <class Field>
FlagSpec MakeFlagSpec(std::string_view name, Field& field) {
  using Value = typename FieldFlag<Field>::Value;
  using List = ListElement<Value>;
  using Element = typename List::Type;
  FlagSpec spec;
  spec.name = name;
  spec.help = FieldFlag<Field>::kHelpText;
  spec.kind = FlagValue<Element>::Kind();
  spec.is_required = FieldFlag<Field>::kRequired;
  spec.is_list = List::kIsList;
  spec.text = [&field] {
    if constexpr (List::kIsList) {
      std::string text;
      for (const Element& element : field) text += (text.empty() ? "" : ", ") + FlagValue<Element>::Text(element);
      return text;
    } else {
      return FlagValue<Value>::Text(field);
    }
  };
  spec.value = [&field]() -> std::optional<JobOptionValue> {
    if constexpr (List::kIsList && !std::same_as<Value, std::vector<std::string>>) {
      std::vector<std::string> texts;
      for (const Element& element : field) texts.push_back(FlagValue<Element>::Text(element));
      return texts.empty() ? std::nullopt : std::optional<JobOptionValue>(std::move(texts));
    } else {
      return OptionValueOf<Value>(field);
    }
  };
  spec.default_text = spec.text();
  spec.set = [&field](std::string_view text) {
    if constexpr (List::kIsList) {
      field.push_back(FlagValue<Element>::Parse(text));
    } else {
      field = FlagValue<Value>::Parse(text);
    }
  };
  return spec;
}

}  // namespace internal

template <class Options>
void FlagSet::Add(std::string title, Options& options) {
  Group group;
  group.title = std::move(title);
  ForEachField(options,
               [&](std::string_view name, auto& field) { group.flags.push_back(internal::MakeFlagSpec(name, field)); });
  if constexpr (requires { options.Validate(); }) group.validate = [&options] { options.Validate(); };
  AddGroup(std::move(group));
}

// Whether a struct of options has a flag of this name.
template <class Options>
bool IsFlagOf(std::string_view name) {
  bool found = false;
  Options options{};
  ForEachField(options, [&](std::string_view field, auto&) { found = found || field == name; });
  return found;
}

}  // namespace beam
