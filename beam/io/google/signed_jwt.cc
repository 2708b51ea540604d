#include "beam/io/google/signed_jwt.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>

#include "beam/base/base64.h"
#include "beam/base/error.h"

namespace beam::internal {
namespace {

template <auto free>
struct Free {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};

[[noreturn]] void Refuse(const char* why) {
  ERR_clear_error();
  throw Error(why);
}

}  // namespace

std::string SignedJwt(std::string_view header, std::string_view claims, const std::string& private_key) {
  const std::unique_ptr<BIO, Free<BIO_free>> pem(
      BIO_new_mem_buf(private_key.data(), static_cast<int>(private_key.size())));
  // Asked for a password, it has none: it would read one from the terminal.
  const auto no_password = [](char*, int, int, void*) { return 0; };
  const std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>> key(
      pem ? PEM_read_bio_PrivateKey(pem.get(), nullptr, no_password, nullptr) : nullptr);
  if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) Refuse("it is no private RSA key in PEM");

  std::string text = Base64Url(header) + "." + Base64Url(claims);
  const std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
  std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key.get())), '\0');
  std::size_t size = signature.size();
  if (!context || EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) != 1
      || EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                        reinterpret_cast<const unsigned char*>(text.data()), text.size())
          != 1) {
    Refuse("it cannot sign");
  }
  signature.resize(size);
  return std::move(text) + "." + Base64Url(signature);
}

}  // namespace beam::internal
