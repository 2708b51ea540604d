#include "beam/io/object_byte_sink.h"

#include <cstdint>
#include <utility>

#include "beam/io/object_names.h"

namespace beam::internal {

ObjectByteSink::ObjectByteSink(std::shared_ptr<ObjectRequests> requests, std::string path)
    : requests_(std::move(requests)), path_(std::move(path)), name_(NameForNewObject(path_)) {}

void ObjectByteSink::Finish() {
  const std::string_view bytes = bytes_.View();
  FailuresInARow failures;
  std::uint64_t furthest = 0;
  for (PutProgress progress; !progress.done;) {
    requests_->Run(
        StoreVerb::kWrite, path_, [&](ObjectStore& store) { return store.PutSome(name_, bytes, progress); }, failures);
    // An upload that is asked about, or begun anew, has come no further by that.
    if (progress.sent > furthest) {
      furthest = progress.sent;
      failures = {};
    }
    confirmed_ = progress.confirmed;
  }
}

}  // namespace beam::internal
