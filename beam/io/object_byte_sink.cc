#include "beam/io/object_byte_sink.h"

#include <utility>

#include "beam/io/object_names.h"

namespace beam::internal {

ObjectByteSink::ObjectByteSink(std::shared_ptr<ObjectRequests> requests, std::string path)
    : requests_(std::move(requests)), path_(std::move(path)), name_(NameForNewObject(path_)) {}

void ObjectByteSink::Finish() {
  const std::string_view bytes = bytes_.View();
  for (PutProgress progress; !progress.done;) {
    requests_->Run(StoreVerb::kWrite, path_, [&](ObjectStore& store) { return store.PutSome(name_, bytes, progress); });
  }
}

}  // namespace beam::internal
