#include "beam/io/webhdfs.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "beam/base/utf8.h"
#include "beam/io/path_text.h"
#include "beam/io/percent_encoding.h"
#include "beam/io/retry_after.h"

namespace beam::internal {
namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::json;

constexpr std::chrono::minutes kHopeless{1};
constexpr char kRoot[] = "/webhdfs/v1";

// An answer that may be another one next time.
class PassingError : public HdfsError {
 public:
  PassingError(const std::string& exception, const std::string& text, std::chrono::seconds retry_after)
      : HdfsError(exception, text), retry_after_(retry_after) {}

  // For so long the server is not to be asked again, it says.
  std::chrono::seconds retry_after() const { return retry_after_; }

 private:
  std::chrono::seconds retry_after_;
};

std::string UserName() {
  if (const char* name = std::getenv("HADOOP_USER_NAME"); name != nullptr && *name != '\0') return name;
  passwd entry{};
  passwd* found = nullptr;
  char buffer[4096];
  if (::getpwuid_r(::geteuid(), &entry, buffer, sizeof buffer, &found) == 0 && found != nullptr) return entry.pw_name;
  return std::to_string(::geteuid());
}

HdfsOptions WithDefaults(HdfsOptions options) {
  if (options.user.empty()) options.user = UserName();
  return options;
}

std::string Advice(const std::string& exception, const HdfsOptions& options) {
  if (exception == "FileNotFoundException") return "check the name";
  if (exception == "AccessControlException")
    return "check what HDFS permits the user " + options.user + " (--hdfs_user)";
  if (exception == "SafeModeException" || exception == "StandbyException")
    return "try again when the name node is ready";
  if (exception.find("Quota") != std::string::npos) return "make room, or ask for a larger quota";
  return "see the name node's log";
}

bool Passes(int status, const std::string& exception) {
  for (const char* const passing :
       {"StandbyException", "RetriableException", "SafeModeException", "ServerTooBusyException"}) {
    if (exception == passing) return true;
  }
  return status == 408 || status == 429 || (status >= 500 && exception != "UnsupportedOperationException");
}

HdfsEntry ParseEntry(const Json& json) {
  HdfsEntry entry;
  entry.name = json.at("pathSuffix").get<std::string>();
  const std::string& type = json.at("type").get_ref<const std::string&>();
  entry.kind = type == "DIRECTORY" ? HdfsEntry::Kind::kFolder
      : type == "FILE"             ? HdfsEntry::Kind::kFile
                                   : HdfsEntry::Kind::kOther;
  if (entry.kind == HdfsEntry::Kind::kFile) entry.size = json.at("length").get<std::int64_t>();
  entry.last_updated_in_seconds = static_cast<double>(json.at("modificationTime").get<std::int64_t>()) / 1e3;
  entry.inode = json.value("fileId", std::int64_t{0});
  return entry;
}

// `redirect` with `server_path` for its path: the name node normalises what it sends on (Unicode's form NFC), and so
// names another file.
std::string WithPath(const std::string& redirect, const std::string& server_path) {
  const std::size_t path = redirect.find(kRoot);
  const std::size_t query = redirect.find('?');
  if (path == std::string::npos || query == std::string::npos || query < path) return redirect;
  return redirect.substr(0, path) + kRoot + PercentEncoded(server_path, /*keep_slashes=*/true) + redirect.substr(query);
}

// Calls `read` with the answer as JSON.
template <class Read>
auto Parse(const HdfsTarget& target, const std::string& body, Read&& read) {
  try {
    return read(Json::parse(body));
  } catch (const Json::exception&) {
    throw Error("cannot " + target.what + " " + Quoted(target.path)
                + ": the server's answer is none of WebHDFS; check --hdfs_host and --hdfs_port");
  }
}

}  // namespace

WebHdfs::WebHdfs(HdfsOptions options, RetryPolicy policy)
    : options_(WithDefaults(std::move(options))), policy_(policy) {}

std::string WebHdfs::ServerPath(const std::string& path) const {
  std::string_view rest = std::string_view(path).substr(std::string_view("hdfs://").size());
  if (options_.full_urls) rest.remove_prefix(std::min(rest.find('/'), rest.size()));
  std::string server_path = "/";
  for (const char c : rest) {
    if (c != '/' || server_path.back() != '/') server_path += c;
  }
  for (std::string_view left = server_path; !left.empty();) {
    const std::optional<Utf8Character> character = DecodeUtf8(left);
    if (!character || character->code_point == 0 || character->code_point == ':') {
      throw Error("HDFS has no names such as " + Quoted(path) + ": they are UTF-8, and without ':'; use another name");
    }
    left.remove_prefix(character->size);
  }
  if (server_path.size() > 1 && server_path.back() == '/') server_path.pop_back();
  return server_path;
}

std::string WebHdfs::Url(const std::string& server_path, const char* operation, const Parameters& parameters) const {
  std::string url = "http://" + options_.host + ":" + std::to_string(options_.port) + kRoot
      + PercentEncoded(server_path, /*keep_slashes=*/true) + "?op=" + operation
      + "&user.name=" + PercentEncoded(options_.user);
  for (const auto& [name, value] : parameters) url += "&" + name + "=" + PercentEncoded(value);
  return url;
}

std::unique_ptr<HttpChannel> WebHdfs::Ask(RequestVerb verb, const HttpRequest& request) {
  if (options_.host.empty()) {
    throw UsageError("hdfs:// needs --hdfs_host, the name node's host, and --hdfs_port if its HTTP port is not 9870");
  }
  std::unique_ptr<HttpChannel> channel = channels_.Take();
  counter_.Count(verb);
  channel->Start(request);
  return channel;
}

void WebHdfs::Check(const HdfsTarget& target, HttpChannel& channel) {
  const int status = channel.Status();
  if (!answered_.load(std::memory_order_relaxed)) answered_ = true;
  if (status < 400) return;
  const std::chrono::seconds retry_after = RetryAfter(channel.headers(), std::chrono::system_clock::now());
  std::string exception;
  std::string message;
  const Json answer = Json::parse(channel.ReceiveAll(), nullptr, false);
  if (const auto remote = answer.is_object() ? answer.find("RemoteException") : answer.end();
      remote != answer.end() && remote->is_object()) {
    exception = remote->value("exception", "");
    message = remote->value("message", "");
    message.resize(std::min(message.find('\n'), message.size()));  // the rest is the server's stack
  }
  std::string text = "cannot " + target.what + " " + Quoted(target.path) + ": ";
  text +=
      exception.empty() ? "the server answers with HTTP status " + std::to_string(status) : exception + ": " + message;
  text += "; " + Advice(exception, options_);
  if (Passes(status, exception)) throw PassingError(exception, text, retry_after);
  throw HdfsError(exception, text);
}

void WebHdfs::Retry(const HdfsTarget& target, const std::function<void(int attempt)>& action) {
  const bool hopeless = !answered_ && Clock::now().time_since_epoch().count() < hopeless_until_;
  FailuresInARow failures;
  for (int attempt = 1;; ++attempt) {
    const Clock::time_point begin = Clock::now();
    std::optional<std::chrono::milliseconds> pause;
    try {
      return action(attempt);
    } catch (const PassingError& error) {
      pause = failures.PauseAfter(policy_, PassingFailure::kBusy, begin, error.retry_after());
      if (hopeless || !pause) throw;
    } catch (const HttpFailure& failure) {
      using Cause = HttpFailure::Cause;
      const PassingFailure kind = failure.cause() == Cause::kCut ? PassingFailure::kBusy : PassingFailure::kUnreachable;
      if (failure.cause() != Cause::kUntrusted) pause = failures.PauseAfter(policy_, kind, begin);
      if (hopeless || !pause) {
        hopeless_until_ = (Clock::now() + kHopeless).time_since_epoch().count();
        throw Error("cannot " + target.what + " " + Quoted(target.path) + ": " + failure.what()
                    + "; check that WebHDFS " + "answers at " + options_.host + ":" + std::to_string(options_.port)
                    + " (--hdfs_host, --hdfs_port) and its data nodes can be reached");
      }
    }
    PauseUnlessCancelled(*pause);
  }
}

WebHdfs::Reply WebHdfs::Exchange(RequestVerb verb, const HdfsTarget& target, const HttpRequest& request) {
  std::unique_ptr<HttpChannel> channel = Ask(verb, request);
  Check(target, *channel);
  Reply reply;
  reply.body = channel->ReceiveAll();
  reply.redirect = channel->redirect();
  Keep(std::move(channel));
  return reply;
}

WebHdfs::Reply WebHdfs::Call(RequestVerb verb, const HdfsTarget& target, const char* method, const char* operation,
                             const Parameters& parameters) {
  Reply reply;
  Retry(target, [&](int) {
    reply = Exchange(verb, target, {.method = method, .url = Url(target.server_path, operation, parameters)});
  });
  return reply;
}

HdfsEntry WebHdfs::Status(const HdfsTarget& target) {
  return Parse(target, Call(RequestVerb::kLook, target, "GET", "GETFILESTATUS").body,
               [](const Json& json) { return ParseEntry(json.at("FileStatus")); });
}

HdfsPage WebHdfs::List(const HdfsTarget& folder, const std::string& start_after) {
  Parameters parameters;
  if (!start_after.empty()) parameters.emplace_back("startAfter", start_after);
  return Parse(folder, Call(RequestVerb::kList, folder, "GET", "LISTSTATUS_BATCH", parameters).body,
               [](const Json& json) {
                 const Json& listing = json.at("DirectoryListing");
                 HdfsPage page;
                 page.more = listing.at("remainingEntries").get<std::int64_t>() > 0;
                 for (const Json& entry : listing.at("partialListing").at("FileStatuses").at("FileStatus")) {
                   page.entries.push_back(ParseEntry(entry));
                 }
                 return page;
               });
}

bool WebHdfs::Delete(const HdfsTarget& target) {
  const HttpRequest request{.method = "DELETE", .url = Url(target.server_path, "DELETE", {}), .once = true};
  bool was_there = false;
  Retry(target, [&](int attempt) {
    try {
      was_there = Parse(target, Exchange(RequestVerb::kDelete, target, request).body,
                        [](const Json& json) { return json.at("boolean").get<bool>(); });
    } catch (const HdfsError& error) {
      if (!error.is_absence()) throw;
    }
    // An attempt whose answer was lost may have deleted it.
    was_there = was_there || attempt > 1;
  });
  return was_there;
}

void WebHdfs::DeleteAtOnce(const HdfsTarget& target) noexcept {
  try {
    HttpChannel channel;
    channel.HurryUp();
    counter_.Count(RequestVerb::kDelete);
    channel.Start({.method = "DELETE", .url = Url(target.server_path, "DELETE", {})});
    channel.ReceiveAll();
  } catch (const Error&) {
    // It stays, then; whoever caused this has an error of their own to tell.
  }
}

void WebHdfs::MakeDirectories(const HdfsTarget& target) { Call(RequestVerb::kMakeFolder, target, "PUT", "MKDIRS"); }

void WebHdfs::Rename(const HdfsTarget& from, const HdfsTarget& to) {
  const Parameters parameters{{"destination", to.server_path}, {"renameoptions", "OVERWRITE"}};
  const HttpRequest request{.method = "PUT", .url = Url(from.server_path, "RENAME", parameters), .once = true};
  Retry(from, [&](int attempt) {
    try {
      Exchange(RequestVerb::kMove, from, request);
    } catch (const HdfsError& error) {
      // Where the answer to the first try was lost, the file may have been moved by it.
      if (attempt == 1 || !error.is_absence()) throw;
      Status(to);
    }
  });
}

std::unique_ptr<HttpChannel> WebHdfs::Open(const HdfsTarget& file, std::int64_t inode, std::uint64_t offset) {
  // By its number: under its name there may be another file by now.
  HdfsTarget target = file;
  target.server_path = "/.reserved/.inodes/" + std::to_string(inode);
  std::unique_ptr<HttpChannel> stream;
  Retry(target, [&](int) {
    const Reply reply = Exchange(RequestVerb::kRead, target,
                                 {.url = Url(target.server_path, "OPEN", {{"offset", std::to_string(offset)}})});
    stream = Ask(RequestVerb::kRead, {.url = reply.redirect});
    Check(target, *stream);
  });
  return stream;
}

void WebHdfs::Create(const HdfsTarget& file, std::string_view bytes) {
  Retry(file, [&](int) {
    const Reply reply = Exchange(RequestVerb::kWrite, file,
                                 {.method = "PUT", .url = Url(file.server_path, "CREATE", {{"overwrite", "true"}})});
    Exchange(RequestVerb::kWrite, file,
             {.method = "PUT", .url = WithPath(reply.redirect, file.server_path), .body = bytes});
  });
}

}  // namespace beam::internal
