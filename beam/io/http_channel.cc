#include "beam/io/http_channel.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <new>
#include <span>
#include <string_view>

#include "beam/base/cancel.h"

namespace beam::internal {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostBuffered = std::size_t{1} << 20;
constexpr std::size_t kMostReceivedAtOnce = std::size_t{256} << 20;
constexpr long kConnectMilliseconds = 4'000;
constexpr int kPollMilliseconds = 200;  // how soon a stopped run is noticed

void InitializeOnce() {
  static const CURLcode initialized = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (initialized != CURLE_OK) throw Error(std::string("libcurl cannot start: ") + curl_easy_strerror(initialized));
}

// The only time that is limited by libcurl is that for connecting.
HttpFailure::Cause CauseOf(CURLcode result) {
  switch (result) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT: return HttpFailure::Cause::kUnreachable;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE: return HttpFailure::Cause::kUntrusted;
    default: return HttpFailure::Cause::kCut;
  }
}

}  // namespace

std::optional<std::string> HttpHeaders::Find(std::string_view name) const {
  for (std::string_view rest = lines_; !rest.empty();) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size() + 1);
    if (!line.starts_with(name) || line.substr(name.size(), 1) != ":") continue;
    line.remove_prefix(name.size() + 1);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    return std::string(line.substr(0, line.find_last_not_of(" \t") + 1));
  }
  return std::nullopt;
}

void HttpHeaders::Add(std::string_view line) {
  const std::size_t begin = lines_.size();
  lines_.append(line.substr(0, line.find_first_of("\r\n"))) += '\n';
  for (std::size_t i = begin; i < lines_.size() && lines_[i] != ':'; ++i) {
    if (lines_[i] >= 'A' && lines_[i] <= 'Z') lines_[i] = static_cast<char>(lines_[i] - 'A' + 'a');
  }
}

struct HttpChannel::Transfer {
  CURLM* multi = nullptr;
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;  // of the request
  char error[CURL_ERROR_SIZE] = {};
  bool attached = false;
  bool finished = false;
  CURLcode result = CURLE_OK;
  std::chrono::seconds patience{60};
  bool cancellable = true;
  bool moved = false;  // something came or went since this was last looked at

  std::span<char> room;   // of who waits for bytes, which go there without a copy being kept
  std::string received;   // the others
  std::size_t taken = 0;  // of `received`
  bool receiving_paused = false;
  bool headers_complete = false;
  HttpHeaders answer_headers;

  std::array<std::string_view, 3> body;
  std::size_t next_piece = 0;  // of it
  std::string_view to_send;    // the rest of the one before

  Transfer() : multi(curl_multi_init()), easy(curl_easy_init()) {
    if (multi == nullptr || easy == nullptr) throw std::bad_alloc();
  }
  ~Transfer() {
    Detach();
    curl_easy_cleanup(easy);
    curl_multi_cleanup(multi);
    curl_slist_free_all(headers);
  }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  void Detach() {
    if (attached) curl_multi_remove_handle(multi, easy);
    attached = false;
  }

  void AddHeader(const char* line) {
    curl_slist* const longer = curl_slist_append(headers, line);
    if (longer == nullptr) throw std::bad_alloc();
    headers = longer;
  }

  void Begin(const HttpRequest& request) {
    Detach();
    curl_easy_reset(easy);
    curl_slist_free_all(headers);
    headers = nullptr;
    // Without "Expect: 100-continue", which costs a second where the server does not know it.
    AddHeader("Expect:");
    for (const std::string& header : request.headers) AddHeader(header.c_str());
    error[0] = '\0';
    finished = receiving_paused = headers_complete = false;
    result = CURLE_OK;
    received.clear();
    taken = 0;
    answer_headers.Clear();
    body = {request.before_body, request.body, request.after_body};
    next_piece = 0;
    to_send = {};
    curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    // As it is: names of objects may have "." for a part.
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    if (request.once) curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    if (!request.by_proxy) curl_easy_setopt(easy, CURLOPT_PROXY, "");
    if (const char* const file = std::getenv("SSL_CERT_FILE"); file != nullptr && *file != '\0') {
      curl_easy_setopt(easy, CURLOPT_CAINFO, file);
    }
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, kConnectMilliseconds);
    // Who gives up a name does not wait for the system's resolver, which may go on for ten seconds.
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 256L << 10);
    curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, 256L << 10);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &OnHeader);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &OnReceived);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, &OnSend);
    curl_easy_setopt(easy, CURLOPT_READDATA, this);
    curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, &OnSeek);
    curl_easy_setopt(easy, CURLOPT_SEEKDATA, this);
  }

  void Attach() {
    curl_multi_add_handle(multi, easy);
    attached = true;
  }

  static std::size_t OnHeader(char* line, std::size_t, std::size_t size, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    transfer.moved = true;
    // "100 Continue" has headers, too.
    const std::string_view text(line, size);
    if (text == "\r\n" || text == "\n") {
      transfer.headers_complete = transfer.StatusNow() >= 200;
    } else if (text.starts_with("HTTP/")) {
      transfer.answer_headers.Clear();
    } else {
      transfer.answer_headers.Add(text);
    }
    return size;
  }

  static std::size_t OnReceived(char* data, std::size_t, std::size_t size, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    transfer.moved = true;
    if (transfer.room.empty() && transfer.received.size() - transfer.taken >= kMostBuffered) {
      transfer.receiving_paused = true;
      return CURL_WRITEFUNC_PAUSE;
    }
    const std::size_t direct = std::string_view(data, size).copy(transfer.room.data(), transfer.room.size());
    transfer.room = transfer.room.subspan(direct);
    transfer.received.append(data + direct, size - direct);
    return size;
  }

  static std::size_t OnSend(char* out, std::size_t, std::size_t room, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    transfer.moved = true;
    transfer.NextPiece();
    const std::size_t size = transfer.to_send.copy(out, room);
    transfer.to_send.remove_prefix(size);
    return size;
  }

  void NextPiece() {
    while (to_send.empty() && next_piece < body.size()) to_send = body[next_piece++];
  }

  // A kept connection that the server has closed meanwhile: what was sent there is sent again.
  static int OnSeek(void* self, curl_off_t offset, int) {
    auto& transfer = *static_cast<Transfer*>(self);
    transfer.next_piece = 0;
    transfer.to_send = {};
    for (auto left = static_cast<std::size_t>(offset); left > 0;) {
      transfer.NextPiece();
      if (transfer.to_send.empty()) return CURL_SEEKFUNC_CANTSEEK;
      const std::size_t skipped = std::min(left, transfer.to_send.size());
      transfer.to_send.remove_prefix(skipped);
      left -= skipped;
    }
    return CURL_SEEKFUNC_OK;
  }

  int StatusNow() const {
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    return static_cast<int>(status);
  }

  void GoOn() {
    receiving_paused = false;
    curl_easy_pause(easy, CURLPAUSE_CONT);
  }

  // Moves bytes until `done()`, or until the exchange is over.
  template <class Done>
  void Drive(Done&& done) {
    Clock::time_point last = Clock::now();
    for (;;) {
      int running = 0;
      curl_multi_perform(multi, &running);
      int left = 0;
      while (const CURLMsg* const message = curl_multi_info_read(multi, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        finished = true;
        result = message->data.result;
      }
      if (finished || done()) return;
      const Clock::time_point now = Clock::now();
      if (moved) last = now;
      moved = false;
      if (now - last > patience) {
        throw HttpFailure("the server was silent for " + std::to_string(patience.count()) + " s");
      }
      if (cancellable) ThrowIfCancelled();
      curl_multi_poll(multi, nullptr, 0, kPollMilliseconds, nullptr);
    }
  }

  // Waits for some bytes, or the end.
  std::size_t ReceiveInto(std::span<char> out) {
    struct Taker {
      Transfer& transfer;
      ~Taker() { transfer.room = {}; }
    };
    const Taker taker{*this};
    room = out;
    if (receiving_paused) GoOn();
    if (!finished) Drive([&] { return room.size() < out.size(); });
    return out.size() - room.size();
  }

  void ThrowIfFailed() const {
    if (!finished || result == CURLE_OK) return;
    throw HttpFailure(error[0] != '\0' ? error : curl_easy_strerror(result), CauseOf(result));
  }
};

HttpChannel::HttpChannel() : transfer_((InitializeOnce(), std::make_unique<Transfer>())) {}
HttpChannel::~HttpChannel() = default;

void HttpChannel::Connect(const std::string& url) {
  transfer_->Begin({.url = url, .by_proxy = true});
  curl_easy_setopt(transfer_->easy, CURLOPT_CONNECT_ONLY, 1L);
  transfer_->Attach();
  transfer_->Drive([] { return false; });
  transfer_->ThrowIfFailed();
}

void HttpChannel::Start(const HttpRequest& request) {
  transfer_->Begin(request);
  CURL* const easy = transfer_->easy;
  if (request.method == "PUT" || request.method == "POST" || request.method == "PATCH") {
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(
        easy, CURLOPT_INFILESIZE_LARGE,
        static_cast<curl_off_t>(request.before_body.size() + request.body.size() + request.after_body.size()));
  } else if (request.method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  }
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  transfer_->Attach();
}

int HttpChannel::Status() {
  transfer_->Drive([&] { return transfer_->headers_complete; });
  if (!transfer_->headers_complete) {
    transfer_->ThrowIfFailed();
    // libcurl takes a head that is cut for a whole one.
    throw HttpFailure("the server closed the connection within the head of its answer");
  }
  return transfer_->StatusNow();
}

std::size_t HttpChannel::Receive(char* out, std::size_t size) {
  Transfer& transfer = *transfer_;
  if (transfer.taken < transfer.received.size()) {
    const std::size_t count = transfer.received.copy(out, size, transfer.taken);
    transfer.taken += count;
    return count;
  }
  transfer.received.clear();
  transfer.taken = 0;
  const std::size_t count = transfer.ReceiveInto({out, size});
  if (count == 0) transfer.ThrowIfFailed();
  return count;
}

std::string HttpChannel::ReceiveAll() {
  std::string body;
  std::string part(std::size_t{64} << 10, '\0');
  while (const std::size_t count = Receive(part.data(), part.size())) {
    body.append(part, 0, count);
    if (body.size() > kMostReceivedAtOnce) throw HttpFailure("the answer is longer than 256 MiB");
  }
  return body;
}

const HttpHeaders& HttpChannel::headers() const { return transfer_->answer_headers; }

std::string HttpChannel::redirect() const {
  const char* url = nullptr;
  curl_easy_getinfo(transfer_->easy, CURLINFO_REDIRECT_URL, &url);
  return url == nullptr ? "" : url;
}

void HttpChannel::HurryUp() {
  transfer_->cancellable = false;
  transfer_->patience = std::chrono::seconds(5);
}

}  // namespace beam::internal
