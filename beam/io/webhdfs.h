// WebHDFS: the REST API of HDFS (Hadoop's "WebHDFS REST API"), as far as HdfsFileSystem needs it.
//
// The name node answers all but the contents of files; for those it sends the caller on (307) to a data node.
//
// Thread-safe. Shared by the file system and all that is open on it. What may pass is tried again, with growing random
// waits, as all calls may be made twice: for a minute where a server cuts connections or says so (5xx, a name node that
// is starting or stands by), for about 8 seconds without a connection. What an attempt has done whose answer was lost
// counts as done. One that never answered is not waited for again for a minute: a failed step is tried several times,
// and the user need not wait for each.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "beam/base/error.h"
#include "beam/io/hdfs_options.h"
#include "beam/io/http_channels.h"
#include "beam/io/request_counts.h"
#include "beam/io/retry_policy.h"

namespace beam::internal {

// An answer that says no. The text is a sentence that names the path.
class HdfsError : public Error {
 public:
  HdfsError(std::string exception, const std::string& text) : Error(text), exception_(std::move(exception)) {}

  // What the server calls it, such as FileNotFoundException.
  const std::string& exception() const { return exception_; }
  bool is_absence() const { return exception_ == "FileNotFoundException"; }

 private:
  std::string exception_;
};

struct HdfsEntry {
  std::string name;  // within the folder asked for; empty for what was asked for itself
  enum class Kind { kFile, kFolder, kOther } kind = Kind::kFile;
  std::int64_t size = 0;
  double last_updated_in_seconds = 0;
  std::int64_t inode = 0;  // stays with a file that is renamed; another file never has it
};

struct HdfsPage {
  std::vector<HdfsEntry> entries;
  bool more = false;
};

// What a request is about.
struct HdfsTarget {
  std::string what;         // for errors: "list the folder"
  std::string path;         // what the user calls it
  std::string server_path;  // what the server does
};

class WebHdfs {
 public:
  using Parameters = std::vector<std::pair<std::string, std::string>>;

  // With connections that time out, one that cannot be made takes twice as long.
  static constexpr RetryPolicy kPolicy{
      .pauses = {std::chrono::milliseconds(200), std::chrono::milliseconds(4'000)},
      .unreachable = std::chrono::milliseconds(4'000),
  };

  explicit WebHdfs(HdfsOptions options, RetryPolicy policy = kPolicy);

  // What the server calls `path`: absolute, and without doubled separators, which it does not accept. Throws Error for
  // a name that HDFS cannot have.
  std::string ServerPath(const std::string& path) const;

  HdfsTarget Target(std::string what, const std::string& path) const {
    return {std::move(what), path, ServerPath(path)};
  }

  // Throw HdfsError for what the server refuses, Error where it cannot be reached.
  HdfsEntry Status(const HdfsTarget& target);
  HdfsPage List(const HdfsTarget& folder, const std::string& start_after);
  // Whether something was there, or may have been.
  bool Delete(const HdfsTarget& target);
  // Tries once, also in a run that was stopped.
  void DeleteAtOnce(const HdfsTarget& target) noexcept;
  void MakeDirectories(const HdfsTarget& target);
  // Replaces a file at `to`.
  void Rename(const HdfsTarget& from, const HdfsTarget& to);

  // A stream of the file's bytes from `offset` on; the channel's Status() was looked at.
  std::unique_ptr<HttpChannel> Open(const HdfsTarget& file, std::int64_t inode, std::uint64_t offset);

  // Makes or replaces a file.
  void Create(const HdfsTarget& file, std::string_view bytes);

  // Gives back a channel whose exchange is over, for its connections.
  void Keep(std::unique_ptr<HttpChannel> channel) { channels_.Keep(std::move(channel)); }

 private:
  struct Reply {
    std::string body;
    std::string redirect;
  };

  std::string Url(const std::string& server_path, const char* operation, const Parameters& parameters) const;
  // A channel on which a request was begun.
  std::unique_ptr<HttpChannel> Ask(RequestVerb verb, const HttpRequest& request);
  // Throws HdfsError unless the answer is a good one.
  void Check(const HdfsTarget& target, HttpChannel& channel);
  // An exchange with the server; throws HdfsError unless the answer is a good one.
  Reply Exchange(RequestVerb verb, const HdfsTarget& target, const HttpRequest& request);
  // The same until it succeeds or what is wrong will not pass.
  Reply Call(RequestVerb verb, const HdfsTarget& target, const char* method, const char* operation,
             const Parameters& parameters = {});
  // Tries `action` until it throws nothing, or what will not pass.
  void Retry(const HdfsTarget& target, const std::function<void(int attempt)>& action);

  const HdfsOptions options_;
  const RetryPolicy policy_;
  HttpChannels channels_;
  RequestCounter counter_{"hdfs"};
  std::atomic<bool> answered_ = false;
  std::atomic<std::chrono::steady_clock::rep> hopeless_until_ = 0;  // of the clock's own time
};

}  // namespace beam::internal
