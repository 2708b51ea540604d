// What AWS' client, as Arrow has it, does not take by itself from the files that AWS' own tools keep in ~/.aws: a
// profile's endpoint, its region where there is one, and the role that it assumes.
#pragma once

#include <string>

namespace beam::internal {

// What a profile does not say is empty.
struct AwsProfile {
  std::string name;
  std::string endpoint_url;
  std::string region;
  std::string role_arn;        // the role to assume with the keys of ...
  std::string source_profile;  // ... this profile, or else of the environment or the machine
  std::string role_session_name;
  std::string external_id;
  std::string mfa_serial;  // the device that shows a number to be typed in
};

// The profile that $AWS_DEFAULT_PROFILE or $AWS_PROFILE names, or "default".
AwsProfile ReadAwsProfile();

// The one of this name. $AWS_CONFIG_FILE and $AWS_SHARED_CREDENTIALS_FILE say where the files are.
AwsProfile ReadAwsProfile(const std::string& name);

}  // namespace beam::internal
