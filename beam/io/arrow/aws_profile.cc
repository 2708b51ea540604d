#include "beam/io/arrow/aws_profile.h"

#include <fstream>
#include <map>
#include <string_view>

#include "beam/base/environment.h"

namespace beam::internal {
namespace {

using Values = std::map<std::string, std::string>;

std::string_view Trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

// The place of a file: a variable says so, or it is in the home folder.
std::string PlaceOf(const char* variable, const char* name) {
  std::string path = Environment(variable);
  if (path.empty()) path = Environment("HOME") + "/.aws/" + name;
  return path;
}

// Adds the lines "name = value" below "[SECTION]". Those that are indented are values of the name before them.
void AddSection(const std::string& path, const std::string& section, Values& values) {
  std::ifstream file(path);
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('[')) {
      const std::string_view rest = std::string_view(line).substr(1);
      inside = Trimmed(rest.substr(0, rest.find(']'))) == section;
      continue;
    }
    const std::size_t equals = line.find('=');
    if (!inside || equals == std::string::npos || line.find_first_of("#; \t") == 0) continue;
    const std::string_view text = line;
    values.insert_or_assign(std::string(Trimmed(text.substr(0, equals))),
                            std::string(Trimmed(text.substr(equals + 1))));
  }
}

}  // namespace

AwsProfile ReadAwsProfile() {
  for (const char* variable : {"AWS_DEFAULT_PROFILE", "AWS_PROFILE"}) {
    if (const std::string name = Environment(variable); !name.empty()) return ReadAwsProfile(name);
  }
  return ReadAwsProfile("default");
}

AwsProfile ReadAwsProfile(const std::string& name) {
  Values values;
  const std::string config = PlaceOf("AWS_CONFIG_FILE", "config");
  if (name == "default") AddSection(config, name, values);
  AddSection(config, "profile " + name, values);
  AddSection(PlaceOf("AWS_SHARED_CREDENTIALS_FILE", "credentials"), name, values);
  return {.name = name,
          .endpoint_url = values["endpoint_url"],
          .region = values["region"],
          .role_arn = values["role_arn"],
          .source_profile = values["source_profile"],
          .role_session_name = values["role_session_name"],
          .external_id = values["external_id"],
          .mfa_serial = values["mfa_serial"]};
}

}  // namespace beam::internal
