// ArrowStore: an ObjectStore on one of Apache Arrow's file systems. See object_store.h for what holds.
#pragma once

#include <arrow/filesystem/filesystem.h>

#include <atomic>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "beam/io/object_store.h"

namespace beam::internal {

// What differs between the stores that Arrow knows.
struct ArrowStoreTraits {
  // Asked where the store refuses: to S3, who has no credentials is denied as everybody else is. Null: the store tells
  // by itself.
  std::function<bool()> has_credentials = nullptr;
  std::string address = {};  // ObjectStore::address()
  // Whether a request has ever succeeded. Until then, what the client calls a timeout is that of a connection.
  std::shared_ptr<std::atomic<bool>> answered = std::make_shared<std::atomic<bool>>(false);
};

class ArrowStore final : public ObjectStore {
 public:
  ArrowStore(std::shared_ptr<arrow::fs::FileSystem> files, ArrowStoreTraits traits)
      : files_(std::move(files)), traits_(std::move(traits)) {}

  std::string address() const override { return traits_.address; }
  StoreAnswer Look(const std::string& name, ObjectInfo& info) override;
  StoreAnswer List(const std::string& folder, bool recursive, const TakePage& take) override;
  StoreAnswer Open(const std::string& name, std::unique_ptr<ObjectReader>& reader) override;
  StoreAnswer Put(const std::string& name, std::string_view bytes) override;
  std::uint64_t largest_copy() const override;
  StoreAnswer CopySome(const std::string& from, std::int64_t version, const std::string& to,
                       CopyProgress& progress) override;
  StoreAnswer Delete(const std::string& name) override;

 private:
  // S3 says why it refuses only where the answer has a body: a look at an object has none. Whoever is known, but may
  // not, is so told from whoever is not known by a listing of nothing.
  StoreAnswer WithReason(const std::string& name, StoreAnswer answer);
  // List(), as Arrow makes it.
  StoreAnswer ListByArrow(const std::string& folder, bool recursive, const TakePage& take);
  // List() of everything below a folder, one level after the other. `more` is false once `take` has had enough.
  StoreAnswer ListByLevels(const std::string& folder, const TakePage& take, bool& more);
  // Answering(), and kNoCredentials instead of kDenied where there are none, and kUnreachable where nobody answers.
  template <class Request>
  StoreAnswer Ask(Request&& request);

  const std::shared_ptr<arrow::fs::FileSystem> files_;
  const ArrowStoreTraits traits_;
};

// What `status` is to an ObjectFileSystem: Arrow tells causes apart by errno and by the words of its libraries alone.
StoreAnswer AnswerOf(const arrow::Status& status);
StoreAnswer AnswerOf(std::string text);

// Of a failure in the words of AWS' client: nothing came for too long, be it a connection or bytes.
inline bool IsTimeout(std::string_view text) { return text.find("curlCode: 28,") != std::string_view::npos; }

// What `request` answers; for some failures, Azure's client throws.
template <class Request>
StoreAnswer Answering(Request&& request) {
  try {
    return request();
  } catch (const std::runtime_error& error) {
    return AnswerOf(error.what());
  }
}

}  // namespace beam::internal
