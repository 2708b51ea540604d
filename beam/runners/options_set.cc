#include "beam/runners/options_set.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

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
  for (const Group& group : groups_) {
    for (const FlagSpec& flag : group.flags) flags.push_back(&flag);
  }
  return flags;
}

const FlagSpec* FlagSet::Find(std::string_view name) const {
  for (const FlagSpec* const flag : flags()) {
    if (flag->name == name) return flag;
  }
  return nullptr;
}

void FlagSet::ThrowUnknown(const std::string& argument) const {
  if (!argument.starts_with("--")) {
    throw UsageError("unexpected argument '" + argument + "': values belong to flags, as in --flag " + argument +
                     "; see " + program_ + " --help");
  }
  const std::string name = argument.substr(2, argument.find('=') - 2);
  std::vector<std::string> names = {"help"};
  for (const FlagSpec* const flag : flags()) names.push_back(flag->name);
  const std::string nearest = NearestName(name, names);
  throw UsageError("unknown flag --" + name + (nearest.empty() ? std::string() : ": did you mean --" + nearest + "?") +
                   " See " + program_ + " --help");
}

bool FlagSet::Parse(const std::vector<std::string>& arguments) {
  if (std::any_of(arguments.begin(), arguments.end(), [](const std::string& a) { return a == "--help" || a == "-h"; })) {
    return false;
  }
  // CLI11 takes the arguments apart; what they mean is ours, so that texts and types come from one list.
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  std::map<const FlagSpec*, CLI::Option*> options;
  for (const FlagSpec* const flag : flags()) {
    const auto take = [](const CLI::results_t&) { return true; };
    CLI::Option*& option = options[flag];
    if (flag->kind.empty()) {
      option = app.add_flag("--" + flag->name, take, "");
      option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    } else {
      option = app.add_option("--" + flag->name, take);
      option->expected(1)->allow_extra_args(false)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    }
  }
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    throw UsageError(std::string(error.what()) + "; see " + program_ + " --help");
  }
  const std::vector<std::string> extras = app.remaining();
  if (!extras.empty()) ThrowUnknown(extras.front());

  for (const FlagSpec* const flag : flags()) {
    const std::vector<std::string>& values = options[flag]->results();
    if (values.empty() && flag->is_required) {
      throw UsageError("--" + flag->name + " is missing: " + flag->help + "; see " + program_ + " --help");
    }
    // Of a flag that is given twice the last counts, as in Beam's other SDKs.
    for (std::size_t i = flag->is_list || values.empty() ? 0 : values.size() - 1; i < values.size(); ++i) {
      try {
        flag->set(values[i]);
      } catch (const UsageError& error) {
        throw UsageError("--" + flag->name + " " + error.what() + ", not '" + values[i] + "'");
      }
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
  text += " [--flag value ...]\n";
  for (const Group& group : groups_) {
    text += '\n' + group.title + ":\n";
    for (const FlagSpec& flag : group.flags) text += HelpOf(flag);
  }
  return text;
}

}  // namespace beam
