#include "beam/io/object_byte_sink.h"

#include <cstdint>
#include <string>
#include <utility>

#include "beam/io/object_names.h"

namespace beam::internal {
namespace {

// That get on are tried for as long as that takes; a store that has lost so many, or found them damaged, is given up as
// one that is busy.
constexpr int kMostUploads = 4;

}  // namespace

ObjectByteSink::ObjectByteSink(std::shared_ptr<ObjectRequests> requests, std::string path)
    : requests_(std::move(requests)), path_(std::move(path)), name_(NameForNewObject(path_)) {}

void ObjectByteSink::Finish() {
  const std::string_view bytes = bytes_.View();
  FailuresInARow failures;
  std::string upload;
  std::uint64_t furthest = 0;  // of `upload`
  int uploads = 0;
  for (PutProgress progress; !progress.done;) {
    requests_->Run(
        StoreVerb::kWrite, path_, [&](ObjectStore& store) { return store.PutSome(name_, bytes, progress); }, failures);
    if (progress.upload != upload) {
      upload = progress.upload;
      furthest = 0;
      ++uploads;
    }
    // Who asks about an upload, or begins another one, has come no further by that.
    if (progress.sent > furthest) {
      furthest = progress.sent;
      if (uploads <= kMostUploads) failures = {};
    }
    confirmed_ = progress.confirmed;
  }
}

}  // namespace beam::internal
