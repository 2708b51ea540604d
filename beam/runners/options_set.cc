#include "beam/runners/options_set.h"

#include <algorithm>
#include <cstddef>
#include <set>

namespace beam {
namespace {

constexpr std::size_t kHelpWidth = 100;
constexpr std::size_t kHelpIndent = 6;

// `text` in lines of at most kHelpWidth, each indented.
std::string Wrapped(std::string_view text) {
  std::string out;
  std::size_t column = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (column > 0 && column + 1 + end > kHelpWidth) {
      out += '\n';
      column = 0;
    }
    out += column == 0 ? std::string(kHelpIndent, ' ') : " ";
    column += (column == 0 ? kHelpIndent : 1) + end;
    out.append(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out + '\n';
}

std::string HelpOf(const FlagSpec& flag) {
  std::string line = "  --" + flag.name;
  if (!flag.kind.empty()) line += ' ' + flag.kind;
  if (flag.is_required) {
    line += "  (required)";
  } else if (flag.is_list) {
    line += "  (may be repeated)";
  } else if (!flag.kind.empty() && !flag.default_text.empty()) {
    line += "  (default: " + flag.default_text + ")";
  }
  line += '\n';
  if (!flag.help.empty()) line += Wrapped(flag.help);
  return line;
}

}  // namespace

std::vector<const FlagSpec*> FlagSet::flags() const {
  std::vector<const FlagSpec*> flags;
  std::set<std::string_view> names;
  for (const Group& group : groups_) {
    for (const FlagSpec& flag : group.flags) {
      if (names.insert(flag.name).second) flags.push_back(&flag);
    }
  }
  return flags;
}

void FlagSet::AddGroup(Group group) {
  for (FlagSpec& flag : group.flags) {
    const std::vector<FlagSpec*> others = Named(flag.name);
    for (FlagSpec* const other : others) other->is_shared = true;
    flag.is_shared = !others.empty();
  }
  groups_.push_back(std::move(group));
}

std::vector<FlagSpec*> FlagSet::Named(std::string_view name) {
  std::vector<FlagSpec*> found;
  for (Group& group : groups_) {
    for (FlagSpec& flag : group.flags) {
      if (flag.name == name) found.push_back(&flag);
    }
  }
  return found;
}

const FlagSpec* FlagSet::Find(std::string_view name) const {
  for (const FlagSpec* const flag : flags()) {
    if (flag->name == name) return flag;
  }
  return nullptr;
}

void FlagSet::RefuseOrThrowUnknown(const std::string& argument) const {
  const std::size_t equals = std::min(argument.find('='), argument.size());
  const auto refused = argument.starts_with("--") ? refused_.find(argument.substr(2, equals - 2)) : refused_.end();
  if (refused == refused_.end()) ThrowUnknown(argument);
  const bool is_off = equals < argument.size() && IsOff(std::string_view(argument).substr(equals + 1));
  if (is_off && !refused->second.even_off) return;
  throw UsageError("--" + refused->first + " " + refused->second.sentence);
}

void FlagSet::ThrowUnknown(const std::string& argument) const {
  if (!argument.starts_with("--")) {
    throw UsageError("unexpected argument '" + argument + "': values belong to flags, as in --flag " + argument
                     + "; see " + program_ + " --help");
  }
  const std::string name = argument.substr(2, argument.find('=') - 2);
  std::vector<std::string> names = {"help"};
  for (const FlagSpec* const flag : flags()) names.push_back(flag->name);
  const std::string nearest = NearestName(name, names);
  throw UsageError("unknown flag --" + name + ": "
                   + (nearest.empty() ? "see " + program_ + " --help" : "did you mean --" + nearest + "?"));
}

bool FlagSet::Parse(const std::vector<std::string>& arguments) {
  const auto end_of_flags =
      operands_ == nullptr ? arguments.end() : std::find(arguments.begin(), arguments.end(), "--");
  if (std::any_of(arguments.begin(), end_of_flags, [](const std::string& a) { return a == "--help" || a == "-h"; })) {
    return false;
  }
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (operands_ != nullptr && argument == "--") {
      operands_->insert(operands_->end(), arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1, arguments.end());
      break;
    }
    if (operands_ != nullptr && !argument.starts_with("--")) {
      operands_->push_back(argument);
      continue;
    }
    const std::size_t equals = std::min(argument.find('='), argument.size());
    const FlagSpec* const flag = argument.starts_with("--") ? Find(argument.substr(2, equals - 2)) : nullptr;
    if (flag == nullptr) {
      RefuseOrThrowUnknown(argument);
      continue;
    }
    std::string value = "true";
    if (equals < argument.size()) {
      value = argument.substr(equals + 1);
    } else if (!flag->kind.empty()) {
      // What looks like a flag is one; a value that begins with -- is written behind '='.
      if (i + 1 == arguments.size() || arguments[i + 1].starts_with("--")) {
        throw UsageError("--" + flag->name + " needs a value: --" + flag->name + ' ' + flag->kind);
      }
      value = arguments[++i];
    }
    try {
      for (FlagSpec* const shared : Named(flag->name)) {
        shared->set(value);
        shared->is_given = true;
      }
    } catch (const UsageError& error) {
      throw UsageError("--" + flag->name + ' ' + error.what() + ", not '" + value + "'");
    }
  }
  for (const FlagSpec* const flag : flags()) {
    if (flag->is_required && !flag->is_given) {
      throw UsageError("--" + flag->name + " is missing: " + flag->help + "; see " + program_ + " --help");
    }
  }
  for (const Group& group : groups_) {
    if (group.validate) group.validate();
  }
  return true;
}

std::string FlagSet::Help() const {
  std::string text = summary_ + "\n\nUsage: " + program_;
  for (const FlagSpec* const flag : flags()) {
    if (flag->is_required) text += " --" + flag->name + ' ' + flag->kind;
  }
  text += " [--flag value ...]";
  if (operands_ != nullptr) text += ' ' + operands_usage_;
  text += '\n';
  for (const Group& group : groups_) {
    text += '\n' + group.title + ":\n";
    for (const FlagSpec& flag : group.flags) {
      if (Find(flag.name) == &flag) text += HelpOf(flag);
    }
  }
  return text;
}

}  // namespace beam
