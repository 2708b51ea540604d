#include <algorithm>
#include <array>

#include "beam/base/error.h"
#include "beam/io/object_requests.h"
#include "beam/io/path_text.h"

namespace beam::internal {
namespace {

using Kind = StoreAnswer::Kind;

struct Remedy {
  std::string_view scheme;  // empty: of any
  Kind kind;
  std::string_view text;
};

// The first row that fits counts.
constexpr Remedy kRemedies[] = {
    {"", Kind::kNotFound, "there is no such object or bucket; check the name"},
    {"gs", Kind::kDenied,
     "access is denied; give the account the role Storage Object Viewer to read, or Storage Object Admin to write, on "
     "the bucket"},
    {"s3", Kind::kDenied,
     "access is denied; the account needs s3:ListBucket and s3:GetObject to read, and s3:PutObject to write, on the "
     "bucket"},
    {"", Kind::kDenied,
     "access is denied; give the account the role Storage Blob Data Reader to read, or Storage Blob Data "
     "Contributor to write"},
    {"gs", Kind::kNoCredentials,
     "there are no valid credentials; run \"gcloud auth application-default login\", or set "
     "GOOGLE_APPLICATION_CREDENTIALS to a key file, or use --no_auth for a public bucket"},
    {"s3", Kind::kNoCredentials,
     "there are no valid credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or "
     "use --no_auth for a public bucket"},
    {"", Kind::kNoCredentials,
     "there are no valid credentials; set AZURE_STORAGE_CONNECTION_STRING, or AZURE_STORAGE_ACCOUNT and run \"az "
     "login\""},
    {"", Kind::kWrongClock, "this machine's clock is wrong, and the store takes no requests of another time; set it"},
    {"", Kind::kElsewhere,
     "the bucket is in another region; name that with --s3_region_name, or AWS_REGION, and use no endpoint of "
     "another one"},
    {"gs", Kind::kUnreachable,
     "the store cannot be reached; check the network, and STORAGE_EMULATOR_HOST if it is set"},
    {"s3", Kind::kUnreachable,
     "the store cannot be reached; check the network, the region, and the endpoint if one is set (--s3_endpoint_url, "
     "AWS_ENDPOINT_URL)"},
    {"", Kind::kUnreachable,
     "the store cannot be reached; check the network, the account's name, and the BlobEndpoint of the "
     "connection string if it has one"},
    {"", Kind::kUntrusted,
     "the store's certificate is not trusted here; if its authority is your own, add that to this machine's, or name "
     "its file by SSL_CERT_FILE, and otherwise check the endpoint and this machine's clock"},
    {"", Kind::kBusy, "the store was busy or cut the connection, again and again; try later, or with fewer workers"},
    {"", Kind::kChanged, "it was changed or replaced while it was read; do not change inputs during a run"},
    {"", Kind::kDamaged,
     "its bytes came damaged; try again, and compare the object with its source if that is of no use"},
    {"", Kind::kNoLibrary, "this program cannot reach object stores as it is installed"},
    {"", Kind::kFailed, "the store refused; see what it says"},
};

// In one line, and no longer than a line or two.
std::string InOneLine(std::string_view text) {
  constexpr std::size_t kLongest = 400;
  std::string line(text.substr(0, kLongest));
  std::replace_if(line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  if (text.size() > kLongest) line += "...";
  return line;
}

}  // namespace

void ThrowStoreError(std::string_view verb, const std::string& path, const StoreAnswer& answer) {
  const std::string scheme = SchemeOf(path);
  const auto* const remedy = std::find_if(std::begin(kRemedies), std::end(kRemedies), [&](const Remedy& row) {
    return row.kind == answer.kind && (row.scheme.empty() || row.scheme == scheme);
  });
  throw Error("cannot " + std::string(verb) + " " + Quoted(path) + ": " + std::string(remedy->text) + " (\""
              + InOneLine(answer.text) + "\")");
}

}  // namespace beam::internal
