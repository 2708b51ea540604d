// What "gcloud config set" has set, read from gcloud's own files: nothing is started for it. Thread-compatible with
// changes of the environment.
#pragma once

#include <string>

namespace beam {

// The value of, for example, "core/project" or "compute/region" in the configuration that is active
// ($CLOUDSDK_ACTIVE_CONFIG_NAME, or as "gcloud config configurations activate" has it); empty if there is none. The
// environment goes before it: $CLOUDSDK_CORE_PROJECT, $CLOUDSDK_COMPUTE_REGION.
std::string GcloudProperty(const std::string& property);

}  // namespace beam
