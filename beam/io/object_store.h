// ObjectStore: the requests that an ObjectFileSystem makes of a store of objects (Google Cloud Storage, S3, Azure).
//
// Thread-safe: every method may be called from any thread at once, and blocks until the store has answered. Nothing is
// tried again here beyond what a client library does within seconds, and nothing is thrown but Cancelled: a request
// gives an answer.
// Names are "bucket/key", by bytes, without a scheme. What the store cannot name (an empty part of a key, for clients
// that know folders) is answered with kFailed.
//
// Implementations use nothing of Beam but this header, so that they can lie in a library of their own, loaded when a
// path first needs it (store_library.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "beam/io/object_store_options.h"

namespace beam::internal {

// What a store said; all but kOk with a text, in the words of the store or of its client library.
struct StoreAnswer {
  enum class Kind {
    kOk,
    kNotFound,       // no such object, or no such bucket
    kDenied,         // known, but not allowed
    kNoCredentials,  // not known: no credentials, wrong or expired ones
    kUnreachable,    // no connection could be made
    kBusy,           // try again: 408, 429, 5xx, a connection that was cut
    kChanged,        // the object is not what it was when it was opened
    kNoLibrary,      // the library with the stores cannot be loaded; the text says what to do
    kFailed,         // anything else
  };
  Kind kind = Kind::kOk;
  std::string text = {};

  bool ok() const { return kind == Kind::kOk; }
};

struct ObjectInfo {
  std::string name;  // ends in '/' for a folder
  std::int64_t size_in_bytes = 0;
  double last_updated_in_seconds = 0;

  bool is_folder() const { return name.ends_with('/'); }
};

// An object that is open for reading. Thread-safe.
class ObjectReader {
 public:
  virtual ~ObjectReader() = default;

  virtual std::uint64_t size() const = 0;

  // Reads the bytes from `offset` on, `size` of them, all below size(); one request. Fewer than asked for is kBusy.
  virtual StoreAnswer Read(std::uint64_t offset, char* out, std::size_t size) = 0;

  // All reads are of the object that was opened, or fail with kChanged: the store is asked for one generation of it.
  virtual bool pinned() const = 0;

  // Where that is not so: kChanged unless all reads so far were of the object that was opened. One request.
  virtual StoreAnswer CheckUnchanged() = 0;
};

class ObjectStore {
 public:
  // Takes the objects of a page; returns false if no more are wanted.
  using TakePage = std::function<bool(std::vector<ObjectInfo> page)>;

  virtual ~ObjectStore() = default;

  // What is at `name`, which does not end in '/': an object, a bucket or folder ("name/"), or kNotFound.
  virtual StoreAnswer Look(const std::string& name, ObjectInfo& info) = 0;

  // What is below `folder`, which ends in '/', in ascending order of names: all objects, or (one level) the objects and
  // folders right in it. A missing folder is an empty one.
  virtual StoreAnswer List(const std::string& folder, bool recursive, const TakePage& take) = 0;

  virtual StoreAnswer Open(const std::string& name, std::unique_ptr<ObjectReader>& reader) = 0;

  // Makes or replaces an object, which is visible when it is whole and not before.
  virtual StoreAnswer Put(const std::string& name, std::string_view bytes) = 0;

  virtual StoreAnswer Move(const std::string& from, const std::string& to) = 0;
  virtual StoreAnswer Delete(const std::string& name) = 0;
};

// The library's only symbol, kOpenObjectStore by name, which sets `store` or says in `answer` why it does not. A
// library of another interface has another name for it.
using OpenObjectStore = void (*)(const ObjectStoreOptions& options, std::unique_ptr<ObjectStore>& store,
                                 StoreAnswer& answer);
inline constexpr const char* kOpenObjectStore = "klay_beam_open_object_store_2";

}  // namespace beam::internal
