// SHA-256 (FIPS 180-4), the digest by which engines and workers know an artifact.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace beam {

// Takes bytes in any number of parts. Not thread-safe.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void Update(std::string_view bytes);
  // The digest of all parts, as 64 lower-case hexadecimal digits. The last call.
  std::string HexDigest();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The digest of a file's contents. Throws Error naming the file if it cannot be read.
std::string Sha256OfFile(const std::string& path);

}  // namespace beam
