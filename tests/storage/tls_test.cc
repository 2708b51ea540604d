// Stores behind TLS: their certificates are checked, by the authorities of this machine or those of a file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "beam/io/test_files.h"
#include "tests/cli/file_contents.h"
#include "tests/storage/one_sentence.h"
#include "tests/storage/run_with.h"
#include "tests/storage/store.h"
#include "tests/storage/tls_relay.h"

namespace klay {
namespace {

using beam::testing_files::TestFolder;
using beam::testing_storage::OpenStore;
using beam::testing_storage::Store;
using beam::testing_storage::TlsRelay;
using testing::StartsWith;

class StoreTls : public testing::Test {
 protected:
  StoreTls() {
    local_.File("authority.pem", relay_.certificate());
    local_.File("other.pem", TlsRelay(store_.endpoint).certificate());
    local_.File("file", std::string(std::size_t{12} << 20, 'x') + "the end");
  }

  // With the certificates of this file alone; a name without a file: none that is there.
  ProgramResult Run(const std::string& certificates, const std::vector<std::string>& arguments) const {
    std::string place = std::getenv(store_.endpoint_variable.c_str());
    place.replace(place.find("http://" + store_.endpoint), std::string("http://" + store_.endpoint).size(),
                  "https://" + relay_.endpoint());
    return RunWith({store_.endpoint_variable + "=" + place, "SSL_CERT_FILE=" + local_ / certificates,
                    "SSL_CERT_DIR=" + local_ / "none"},
                   {}, arguments);
  }

  const Store store_ = OpenStore();
  const TlsRelay relay_{store_.endpoint};
  const TestFolder local_;
};

TEST_F(StoreTls, AFileNamesAnAuthority) {
  const std::string there = store_.root + "file";
  const ProgramResult copied = Run("authority.pem", {"cp", local_ / "file", there});
  EXPECT_EQ(copied.exit_code, 0) << copied.err;
  EXPECT_EQ(Run("authority.pem", {"ls", "--paths", store_.root}).out, there + "\n");
  const ProgramResult fetched = Run("authority.pem", {"cp", there, local_ / "fetched"});
  EXPECT_EQ(fetched.exit_code, 0) << fetched.err;
  EXPECT_TRUE(ReadFile(local_ / "fetched") == ReadFile(local_ / "file"));
}

TEST_F(StoreTls, ACertificateOfNoKnownAuthorityIsNamed) {
  for (const char* const certificates : {"other.pem", "none.pem"}) {
    for (const std::vector<std::string>& arguments : {
             std::vector<std::string>{"ls", store_.root + "music/"},
             std::vector<std::string>{"cp", "--overwrite", local_ / "file", store_.root + "music/file"},
         }) {
      SCOPED_TRACE(certificates + testing::PrintToString(arguments));
      const ProgramResult result = Run(certificates, arguments);
      ExpectOneSentence(result, store_.root + "music/", "the store's certificate is not trusted here");
      ExpectOneSentence(result, store_.root + "music/", "name its file by SSL_CERT_FILE");
      // Nothing was tried again.
      EXPECT_THAT(result.err, StartsWith("klay-beam "));
      // Azure's client takes seconds to give up, whatever it is told.
      if (store_.root.starts_with("abfs://")) return;
    }
  }
}

}  // namespace
}  // namespace klay
