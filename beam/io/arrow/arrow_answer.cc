#include <arrow/util/io_util.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "beam/io/arrow/arrow_store.h"

namespace beam::internal {
namespace {

using Kind = StoreAnswer::Kind;

struct Words {
  std::string_view words;
  Kind kind;
};

// The first that is found counts. AWS' client names its errors in capitals, Azure's
// the service's error codes.
constexpr Words kWords[] = {
    // Before what lies behind them: the way to a token, or the code that a service uses for several causes.
    {"Server failed to authenticate", Kind::kNoCredentials},
    // No connection at all: curl's words.
    {"Could not resolve host", Kind::kUnreachable},
    {"Couldn't resolve host", Kind::kUnreachable},
    {"Resolving timed out", Kind::kUnreachable},
    {"Couldn't connect", Kind::kUnreachable},
    {"Could not connect", Kind::kUnreachable},
    {"Failed to connect", Kind::kUnreachable},
    {"Connection refused", Kind::kUnreachable},
    {"SSL peer certificate", Kind::kUntrusted},
    {"SSL certificate problem", Kind::kUntrusted},
    {"Problem with the SSL CA cert", Kind::kUntrusted},
    // S3.
    {"Credential is mal-formed", Kind::kNoCredentials},  // under the code of a bucket of another region
    {"non-empty Access Key", Kind::kNoCredentials},
    {"REQUEST_TIME_TOO_SKEWED", Kind::kWrongClock},
    {"RequestTimeTooSkewed", Kind::kWrongClock},
    {"HTTP status 301", Kind::kElsewhere},
    {"PermanentRedirect", Kind::kElsewhere},
    {"AuthorizationHeaderMalformed", Kind::kElsewhere},
    {"the bucket is located in", Kind::kElsewhere},
    {"EXPIRED_TOKEN", Kind::kNoCredentials},
    {"ExpiredToken", Kind::kNoCredentials},
    {"INVALID_ACCESS_KEY_ID", Kind::kNoCredentials},
    {"SIGNATURE_DOES_NOT_MATCH", Kind::kNoCredentials},
    {"INVALID_CLIENT_TOKEN_ID", Kind::kNoCredentials},
    {"UNRECOGNIZED_CLIENT", Kind::kNoCredentials},
    {"MISSING_AUTHENTICATION_TOKEN", Kind::kNoCredentials},
    {"ACCESS_DENIED", Kind::kDenied},
    {"HTTP status 403", Kind::kDenied},
    {"NO_SUCH_BUCKET", Kind::kNotFound},
    {"NO_SUCH_KEY", Kind::kNotFound},
    {"RESOURCE_NOT_FOUND", Kind::kNotFound},
    {"BadDigest", Kind::kBusy},  // what was sent came damaged: it is to be sent again
    // Whoever ends an upload once more, as the first answer was lost, is told so by many makes of S3: it is sent again.
    {"NO_SUCH_UPLOAD", Kind::kBusy},
    {"NETWORK_CONNECTION", Kind::kBusy},
    {"SLOW_DOWN", Kind::kBusy},
    {"THROTTLING", Kind::kBusy},
    {"SERVICE_UNAVAILABLE", Kind::kBusy},
    {"INTERNAL_FAILURE", Kind::kBusy},
    {"REQUEST_TIMEOUT", Kind::kBusy},
    {"HTTP status 408", Kind::kBusy},
    {"HTTP status 429", Kind::kBusy},
    {"HTTP status 50", Kind::kBusy},
    // Azure.
    {"AuthenticationFailed", Kind::kNoCredentials},
    {"InvalidAuthenticationInfo", Kind::kNoCredentials},
    {"NoAuthenticationInformation", Kind::kNoCredentials},
    {"Credential", Kind::kNoCredentials},
    {"PublicAccessNotPermitted", Kind::kNoCredentials},
    {"] 403 ", Kind::kDenied},
    {"BlobNotFound", Kind::kNotFound},
    {"ContainerNotFound", Kind::kNotFound},
    {"ResourceNotFound", Kind::kNotFound},
    {"ServerBusy", Kind::kBusy},
    {"InvalidBlockList", Kind::kBusy},  // two writers of one blob are in each other's way
    {"OperationTimedOut", Kind::kBusy},
    {"InternalError", Kind::kBusy},
    {"Connection closed before getting full response", Kind::kBusy},
};

}  // namespace

StoreAnswer AnswerOf(const arrow::Status& status) {
  if (status.ok()) return {};
  if (arrow::internal::ErrnoFromStatus(status) == ENOENT) return {Kind::kNotFound, status.message()};
  return AnswerOf(status.message());
}

StoreAnswer AnswerOf(std::string text) {
  const auto* const found = std::find_if(std::begin(kWords), std::end(kWords),
                                         [&](const Words& row) { return text.find(row.words) != std::string::npos; });
  return {found == std::end(kWords) ? Kind::kFailed : found->kind, std::move(text)};
}

}  // namespace beam::internal
