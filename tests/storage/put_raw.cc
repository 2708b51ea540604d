#include "tests/storage/put_raw.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <ctime>
#include <stdexcept>

#include "beam/base/base64.h"
#include "tests/storage/sockets.h"

namespace beam::testing_storage {
namespace {

constexpr std::string_view kAzureKey = "klay";  // its account's, as start.sh has it

// For the first line of a request: slashes stay.
std::string Escaped(std::string_view name) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~/";
  std::string escaped;
  for (const char c : name) {
    if (kPlain.find(c) != std::string_view::npos) {
      escaped += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      escaped += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return escaped;
}

std::string Now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[64];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

// As Azure documents its Shared Key: the method, eleven standard headers of which there is Content-Length alone (and
// not for 0), those of Azure, and what is asked for.
std::string AzureHeaders(const std::string& target, std::size_t size) {
  const std::string date = Now();
  const std::string headers = "x-ms-blob-type:BlockBlob\nx-ms-date:" + date + "\nx-ms-version:2021-12-02\n";
  const std::string text =
      "PUT\n\n\n" + (size == 0 ? "" : std::to_string(size)) + "\n\n\n\n\n\n\n\n\n" + headers + "/klay" + target;
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned count = 0;
  ::HMAC(EVP_sha256(), kAzureKey.data(), static_cast<int>(kAzureKey.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &count);
  return "x-ms-blob-type: BlockBlob\r\nx-ms-date: " + date
      + "\r\nx-ms-version: 2021-12-02\r\nAuthorization: SharedKey klay:"
      + Base64(std::string_view(reinterpret_cast<const char*>(digest), count)) + "\r\n";
}

}  // namespace

void PutRaw(const Store& store, const std::string& name, std::string_view bytes) {
  const bool is_azure = store.root.starts_with("abfs://");
  std::string target = "/" + Escaped(store.root.substr(store.root.find("://") + 3) + name);
  if (is_azure) target = "/klay" + target;  // the account
  const std::string request = "PUT " + target + " HTTP/1.1\r\nHost: " + store.endpoint
      + "\r\nConnection: close\r\nContent-Length: " + std::to_string(bytes.size()) + "\r\n"
      + (is_azure ? AzureHeaders(target, bytes.size()) : "") + "\r\n" + std::string(bytes);
  const internal::UniqueFd socket = ConnectTo(store.endpoint);
  std::string answer;
  Incoming incoming(socket.get());
  const bool sent = Send(socket.get(), request) && incoming.TakeUntil("\r\n\r\n", answer);
  if (!sent || answer.find(" 20") != answer.find(' ')) throw std::runtime_error("PUT " + target + ": " + answer);
}

}  // namespace beam::testing_storage
