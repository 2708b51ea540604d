// Whoever asks Azure is who the environment says: seen in the requests that come, to the store and to those who give
// tokens.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "beam/io/test_files.h"
#include "tests/storage/answering_server.h"
#include "tests/storage/run_with.h"
#include "tests/storage/sockets.h"
#include "tests/storage/tls_relay.h"

namespace klay {
namespace {

using beam::testing_files::TestFolder;
using beam::testing_storage::Answer;
using beam::testing_storage::AnsweringServer;
using beam::testing_storage::HeaderOf;
using beam::testing_storage::TlsRelay;
using testing::HasSubstr;

const std::string kTenant = "11111111-2222-3333-4444-555555555555";

// A container `klay` with music/a.wav.
Answer Listing() {
  return {.type = "application/xml",
          .body = R"(<?xml version="1.0" encoding="utf-8"?><EnumerationResults ContainerName="klay"><Blobs><Blob>)"
                  R"(<Name>music/a.wav</Name><Properties>)"
                  R"(<Creation-Time>Fri, 02 Jan 2026 03:04:05 GMT</Creation-Time>)"
                  R"(<Last-Modified>Fri, 02 Jan 2026 03:04:05 GMT</Last-Modified><Etag>0x1</Etag>)"
                  R"(<Content-Length>5</Content-Length><Content-Type>audio/wav</Content-Type>)"
                  R"(<BlobType>BlockBlob</BlobType></Properties></Blob></Blobs><NextMarker /></EnumerationResults>)"};
}

// All that is asked in Azure: a container, and whoever gives tokens.
Answer AzureAnswer(const std::string& head, const std::string& body) {
  const std::string line = head.substr(0, head.find("\r\n"));
  if (line.find("comp=list") != std::string::npos) return Listing();
  if (line.starts_with("HEAD "))
    return {.status = 400, .headers = "x-ms-error-code: HierarchicalNamespaceNotEnabled\r\n"};
  std::string whose;
  if (line.starts_with("GET /identity?")) whose = "app";
  if (line.starts_with("GET /metadata/identity/oauth2/token?")) whose = "machine";
  if (line.starts_with("POST /" + kTenant + "/oauth2/v2.0/token ")) {
    whose = body.find("client_secret=secret") != std::string::npos ? "secret" : "workload";
  }
  if (whose.empty()) return {.status = 404};
  return {.type = "application/json",
          .body = R"({"token_type":"Bearer","expires_in":3599,"expires_on":4070908800,"access_token":"token-of-)"
              + whose + R"("})"};
}

class AzureCredentials : public testing::Test {
 protected:
  AzureCredentials() { home_.File("authority.pem", tls_.certificate()); }

  // Lists the container with nothing of Azure around but these variables; the connection string has this added to it.
  ProgramResult List(const std::string& connection, const std::vector<std::string>& more,
                     const std::vector<std::string>& flags) const {
    std::vector<std::string> environment = {"HOME=" + home_.path(), "SSL_CERT_FILE=" + home_ / "authority.pem",
                                            "AZURE_STORAGE_CONNECTION_STRING=AccountName=klay;BlobEndpoint=https://"
                                                + tls_.endpoint() + "/klay" + connection};
    environment.insert(environment.end(), more.begin(), more.end());
    std::vector<std::string> arguments = {"ls", "--paths", "abfs://klay/music/"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    return RunWith(environment, StoreVariables(), arguments);
  }

  const AnsweringServer azure_{&AzureAnswer};
  const TlsRelay tls_{azure_.endpoint()};  // no token goes to whoever has no certificate
  const TestFolder home_;
};

TEST_F(AzureCredentials, EachRequestIsOfWhomTheEnvironmentSays) {
  const std::string url = "http://" + azure_.endpoint();
  const std::string authority = "AZURE_AUTHORITY_HOST=https://" + tls_.endpoint() + "/";
  const std::string tenant = "AZURE_TENANT_ID=" + kTenant;
  home_.File("federated", "token-of-cluster");
  struct Case {
    std::string what;
    std::string connection;
    std::vector<std::string> environment;
    std::vector<std::string> flags;
    std::string authorization;  // what it begins with
    std::string asked;          // in the first line of a request for a token
  };
  for (const Case& c : {
           Case{"a key", ";AccountKey=a2xheQ==", {}, {}, "SharedKey klay:", ""},
           Case{"a service principal",
                "",
                {tenant, "AZURE_CLIENT_ID=client", "AZURE_CLIENT_SECRET=secret", authority},
                {},
                "Bearer token-of-secret",
                "POST /" + kTenant + "/oauth2/v2.0/token "},
           Case{"a workload of a cluster",
                "",
                {tenant, "AZURE_CLIENT_ID=client", "AZURE_FEDERATED_TOKEN_FILE=" + home_ / "federated", authority},
                {},
                "Bearer token-of-workload",
                "POST /" + kTenant + "/oauth2/v2.0/token "},
           Case{"an app's identity",
                "",
                {"IDENTITY_ENDPOINT=" + url + "/identity", "IDENTITY_HEADER=header"},
                {},
                "Bearer token-of-app",
                "resource=https%3A%2F%2Fstorage.azure.com"},
           Case{"one of several of an app",
                "",
                {"IDENTITY_ENDPOINT=" + url + "/identity", "IDENTITY_HEADER=header"},
                {"--azure_managed_identity_client_id", "client"},
                "Bearer token-of-app",
                "&client_id=client&"},
           Case{"a machine's identity",
                "",
                {"AZURE_POD_IDENTITY_AUTHORITY_HOST=" + url},
                {},
                "Bearer token-of-machine",
                "resource=https%3A%2F%2Fstorage.azure.com"},
           Case{"one of several of a machine",
                "",
                {"AZURE_POD_IDENTITY_AUTHORITY_HOST=" + url},
                {"--azure_managed_identity_client_id", "client"},
                "Bearer token-of-machine",
                "&client_id=client&"},
           Case{"nobody, by a flag", ";AccountKey=a2xheQ==", {}, {"--no_auth"}, "", ""},
       }) {
    SCOPED_TRACE(c.what);
    const std::size_t before = azure_.heads().size();
    const ProgramResult result = List(c.connection, c.environment, c.flags);
    EXPECT_EQ(result.out, "abfs://klay/music/a.wav\n") << result.err;
    const std::vector<std::string> heads = azure_.heads();
    std::string tokens;
    for (std::size_t i = before; i < heads.size(); ++i) {
      if (heads[i].find(" /klay/") > heads[i].find(" HTTP/")) {
        tokens += heads[i].substr(0, heads[i].find("\r\n") + 1);
        continue;
      }
      const std::string authorization = HeaderOf(heads[i], "authorization");
      EXPECT_TRUE(authorization.starts_with(c.authorization) && authorization.empty() == c.authorization.empty())
          << heads[i];
    }
    EXPECT_EQ(tokens.empty(), c.asked.empty()) << tokens;
    EXPECT_THAT(tokens, HasSubstr(c.asked));
  }
}

// With and without the question mark that Azure's portal gives it.
TEST_F(AzureCredentials, ASignatureIsPartOfEachAddress) {
  for (const std::string mark : {"", "?"}) {
    const std::size_t before = azure_.heads().size();
    const ProgramResult result =
        List(";SharedAccessSignature=" + mark + "sv=2021-12-02&sp=rl&se=2099-01-01T00%3A00%3A00Z&sig=a%2Bb%3D", {}, {});
    EXPECT_EQ(result.out, "abfs://klay/music/a.wav\n") << result.err;
    const std::vector<std::string> heads = azure_.heads();
    ASSERT_GT(heads.size(), before);
    for (std::size_t i = before; i < heads.size(); ++i) {
      const std::string line = heads[i].substr(0, heads[i].find("\r\n"));
      EXPECT_THAT(line, testing::ContainsRegex(" /klay/klay[^?]*\\?.*sig=a%2Bb%3D"));
      EXPECT_THAT(line, HasSubstr("sp=rl"));
      EXPECT_EQ(HeaderOf(heads[i], "authorization"), "");
    }
  }
}

}  // namespace
}  // namespace klay
