// ObjectStore: the requests that an ObjectFileSystem makes of a store of objects (Google Cloud Storage, S3, Azure).
//
// Thread-safe: every method may be called from any thread at once, and blocks until the store has answered. Nothing is
// tried again here beyond what a client library does within seconds, and nothing is thrown but Cancelled: a request
// gives an answer.
// Names are "bucket/key", by bytes, without a scheme. What the store cannot name (an empty part of a key, for clients
// that know folders) is answered with kFailed.
//
// Implementations link nothing of Beam, so that they can lie in a library of their own, loaded when a
// path first needs it (store_library.h).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
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
    kWrongClock,     // signed at a time that is not the store's
    kElsewhere,      // the bucket is in another region than was asked
    kUnreachable,    // no connection could be made
    kUntrusted,      // nor here: what answers there is not known to be the store, by its certificate
    kBusy,           // try again: 408, 429, 5xx, a connection that was cut
    kChanged,        // the object is not what it was when it was opened
    kDamaged,        // what came is not what the store has, by its checksum
    kNoLibrary,      // the library with the stores cannot be loaded; the text says what to do
    kFailed,         // anything else
  };
  Kind kind = Kind::kOk;
  std::string text = {};
  int requests = 1;                     // how many it took
  std::chrono::seconds retry_after{0};  // of kBusy: for so long the store is not to be asked again, it says

  bool ok() const { return kind == Kind::kOk; }
};

struct ObjectInfo {
  std::string name;  // ends in '/' for a folder
  std::int64_t size_in_bytes = 0;
  double last_updated_in_seconds = 0;
  std::int64_t version = 0;  // FileMetadata::version

  bool is_folder() const { return name.ends_with('/'); }
};

// The beginning of an object as it comes, by one request. Not thread-safe.
class ObjectStream {
 public:
  virtual ~ObjectStream() = default;

  // How many bytes it gives, from the object's first on.
  virtual std::uint64_t size() const = 0;

  // Waits for some of the next ones: at least one, at most `size`. None are kBusy; then it is over.
  virtual StoreAnswer Read(char* out, std::size_t size, std::size_t& count) = 0;
};

// An object that is open for reading. Thread-safe.
class ObjectReader {
 public:
  virtual ~ObjectReader() = default;

  virtual std::uint64_t size() const = 0;

  // That of its ObjectInfo, where all reads are of it; else 0.
  virtual std::int64_t version() const { return 0; }

  // The checksum of all its bytes (crc32c.h), where the store tells it.
  virtual std::optional<std::uint32_t> crc32c() const { return std::nullopt; }

  // The bytes that came with the opening, where some did; once.
  virtual std::unique_ptr<ObjectStream> TakeStream() { return nullptr; }

  // Reads the bytes from `offset` on, `size` of them, all below size(); one request. Fewer than asked for is kBusy.
  virtual StoreAnswer Read(std::uint64_t offset, char* out, std::size_t size) = 0;

  // All reads are of the object that was opened, or fail with kChanged: the store is asked for one generation of it.
  virtual bool pinned() const = 0;

  // Where that is not so: kChanged unless all reads so far were of the object that was opened. One request.
  virtual StoreAnswer CheckUnchanged() = 0;
};

// A page of a listing that is to be had, and what it holds.
struct PageRequest {
  std::string prefix;  // "bucket/" and any beginning of a key
  bool recursive = true;
  std::string begin = {};  // the names from this one on ...
  std::string end = {};    // ... and before this one; empty: all
  std::string token = {};  // `next` of the page before
};
struct ObjectPage {
  std::vector<ObjectInfo> objects;  // in ascending order of names
  std::string next;                 // empty: there is no page behind it
};

// How far an object that is being put has come.
struct PutProgress {
  bool done = false;
  bool confirmed = false;   // then: the store has told size and checksum, and they are right
  std::string upload = {};  // the store's name for it, once there is one
  std::uint64_t sent = 0;   // bytes that the store has
  bool unsure = false;      // whether it has more
};

// How far a copy within the store has come.
struct CopyProgress {
  bool done = false;
  std::string copy = {};     // the store's name for it, once there is one
  std::uint64_t copied = 0;  // bytes, as far as the store tells
};

class ObjectStore {
 public:
  // Takes the objects of a page; returns false if no more are wanted.
  using TakePage = std::function<bool(std::vector<ObjectInfo> page)>;

  virtual ~ObjectStore() = default;

  // What is at `name`, which does not end in '/': an object, a bucket or folder ("name/"), or kNotFound.
  virtual StoreAnswer Look(const std::string& name, ObjectInfo& info) = 0;

  // A store implements one of these. List(): what is below `folder`, which ends in '/', in ascending order of names:
  // all objects, or (one level) the objects and folders right in it. A missing folder is an empty one.
  virtual StoreAnswer List(const std::string& folder, bool recursive, const TakePage& take) {
    static_cast<void>(folder), static_cast<void>(recursive), static_cast<void>(take);
    return {StoreAnswer::Kind::kFailed, "it is listed by pages"};
  }
  // ListPage(), where lists_pages(): any page, by one request.
  virtual bool lists_pages() const { return false; }
  virtual StoreAnswer ListPage(const PageRequest& request, ObjectPage& page) {
    static_cast<void>(request), static_cast<void>(page);
    return {StoreAnswer::Kind::kFailed, "it has no pages"};
  }

  // Where a connection can be made to it, as a URL, if its client may wait minutes for that; otherwise empty.
  virtual std::string address() const { return {}; }

  virtual StoreAnswer Open(const std::string& name, std::unique_ptr<ObjectReader>& reader) = 0;
  // Whether that brings the object's beginning; otherwise it is a look at it.
  virtual bool opens_by_reading() const { return false; }

  // A store implements one of these, which make or replace an object that is visible when it is whole and not before.
  // PutSome() does a part of it, by one request, and is called until progress.done; after kBusy, too, where it goes on
  // from what the store has.
  virtual StoreAnswer Put(const std::string& name, std::string_view bytes) {
    static_cast<void>(name), static_cast<void>(bytes);
    return {StoreAnswer::Kind::kFailed, "it is written by parts"};
  }
  virtual StoreAnswer PutSome(const std::string& name, std::string_view bytes, PutProgress& progress) {
    StoreAnswer answer = Put(name, bytes);
    progress.done = answer.ok();
    return answer;
  }

  // The largest object that is to be copied by CopySome(); 0: none.
  virtual std::uint64_t largest_copy() const { return 0; }
  // Makes or replaces `to` with what `from` has, by the store itself. Where objects have versions, with this one of it,
  // or it answers kChanged; 0: whichever is there. Does a part of it, by one request, and is called until
  // progress.done; after kBusy, too, where it goes on from what the store has copied. `to` is visible when it is whole
  // and not before.
  virtual StoreAnswer CopySome(const std::string& from, std::int64_t version, const std::string& to,
                               CopyProgress& progress) = 0;

  virtual StoreAnswer Delete(const std::string& name) = 0;
};

// The library's only symbol, kOpenObjectStore by name, which sets `store` or says in `answer` why it does not. A
// library of another interface has another name for it.
using OpenObjectStore = void (*)(const ObjectStoreOptions& options, std::unique_ptr<ObjectStore>& store,
                                 StoreAnswer& answer);
inline constexpr const char* kOpenObjectStore = "klay_beam_open_object_store_9";

}  // namespace beam::internal
