// Where the object stores are and who asks them, in the names that Beam's other SDKs have for it (--s3_region_name and
// so on). What is empty comes from the environment, as each store's own tools read it.
#pragma once

#include <string>
#include <vector>

namespace beam {

struct ObjectStoreOptions {
  // The store: gs, s3 or abfs. Set by whoever opens one.
  std::string scheme = {};
  // For anonymous requests, to public buckets.
  bool no_auth = false;

  // gs://. The endpoint: $STORAGE_EMULATOR_HOST, which is asked without credentials. Credentials: application default.
  std::string impersonate_service_account = {};
  std::vector<std::string> gcp_oauth_scopes = {};  // none: all of Google Cloud

  // s3://. Otherwise $AWS_ENDPOINT_URL_S3, $AWS_ENDPOINT_URL or the profile's endpoint_url; region, keys, profile (with
  // a role that it assumes, or a process that it asks), web identity, container or machine of AWS' environment.
  std::string s3_endpoint_url = {};
  std::string s3_region_name = {};
  std::string s3_access_key_id = {};
  std::string s3_secret_access_key = {};
  std::string s3_session_token = {};

  // abfs:// and az://. Otherwise $AZURE_STORAGE_CONNECTION_STRING, or the account $AZURE_STORAGE_ACCOUNT with Azure's
  // default chain of credentials.
  std::string azure_connection_string = {};
  std::string azure_managed_identity_client_id = {};
};

}  // namespace beam
