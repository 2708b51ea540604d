// What tests that give Google's tokens need to read of who asks.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <cstddef>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "beam/base/base64.h"

namespace beam::testing_google {

// A private key in PEM, and what checks its signatures.
struct RsaKey {
  EVP_PKEY* key = EVP_RSA_gen(2048);
  RsaKey() = default;
  ~RsaKey() { EVP_PKEY_free(key); }
  RsaKey(const RsaKey&) = delete;
  RsaKey& operator=(const RsaKey&) = delete;

  std::string Pem() const {
    BIO* const bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
    char* data = nullptr;
    const auto size = static_cast<std::size_t>(BIO_get_mem_data(bio, &data));
    std::string pem(data, size);
    BIO_free(bio);
    return pem;
  }

  bool Signed(const std::string& text, const std::string& signature) const {
    EVP_MD_CTX* const context = EVP_MD_CTX_new();
    EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, key);
    const int good =
        EVP_DigestVerify(context, reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                         reinterpret_cast<const unsigned char*>(text.data()), text.size());
    EVP_MD_CTX_free(context);
    return good == 1;
  }
};

struct Jwt {
  nlohmann::json header;
  nlohmann::json claims;
};

// Nothing unless this key has signed it.
inline std::optional<Jwt> ParseJwt(const std::string& jwt, const RsaKey& key) {
  const std::size_t first = jwt.find('.');
  const std::size_t second = jwt.find('.', first + 1);
  if (second == std::string::npos) return std::nullopt;
  const auto part = [&](std::size_t begin, std::size_t end) {
    return FromBase64(jwt.substr(begin, end - begin)).value_or("");
  };
  if (!key.Signed(jwt.substr(0, second), part(second + 1, jwt.size()))) return std::nullopt;
  return Jwt{.header = nlohmann::json::parse(part(0, first), nullptr, false),
             .claims = nlohmann::json::parse(part(first + 1, second), nullptr, false)};
}

// The fields of a form, decoded.
inline std::map<std::string, std::string> FieldsOf(const std::string& form) {
  std::map<std::string, std::string> fields;
  std::string* value = nullptr;
  std::string name;
  for (std::size_t i = 0; i < form.size(); ++i) {
    char c = form[i];
    if (c == '&') {
      value = nullptr;
      name.clear();
    } else if (c == '=' && value == nullptr) {
      value = &fields[name];
    } else {
      if (c == '%') {
        c = static_cast<char>(std::stoi(form.substr(i + 1, 2), nullptr, 16));
        i += 2;
      }
      (value == nullptr ? name : *value) += c;
    }
  }
  return fields;
}

}  // namespace beam::testing_google
