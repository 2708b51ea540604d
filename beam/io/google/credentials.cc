#include "beam/io/google/credentials.h"

#include <algorithm>
#include <utility>

namespace beam {
namespace {

// As Google's own clients: a token may be under way for long, and clocks differ.
constexpr std::chrono::seconds kReplacedBeforeItsEnd{225};

}  // namespace

std::vector<std::string> AccessToken::Headers() const {
  std::vector<std::string> headers;
  if (!value.empty()) headers.push_back("Authorization: Bearer " + value);
  if (!quota_project.empty()) headers.push_back("x-goog-user-project: " + quota_project);
  return headers;
}

AccessToken GoogleCredentials::Get() {
  if (source_ == nullptr) return token_;
  bool valid = false;
  const auto fresh = [&](AccessToken& token) {
    const std::lock_guard lock(mutex_);
    const Clock::time_point now = now_();
    valid = !token_.value.empty() && now < valid_until_;
    if (valid) token = token_;
    return valid && now < fresh_until_;
  };
  AccessToken token;
  if (fresh(token)) return token;
  std::unique_lock fetching(fetching_, std::defer_lock);
  if (!valid) {
    fetching.lock();
  } else if (!fetching.try_lock()) {
    return token;
  }
  if (fresh(token)) return token;
  internal::FetchedToken fetched;
  try {
    fetched = source_->Fetch();
  } catch (const CredentialsError&) {
    if (valid) return token;
    throw;
  }
  const std::lock_guard lock(mutex_);
  token_.value = std::move(fetched.value);
  valid_until_ = now_() + fetched.lifetime;
  fresh_until_ = valid_until_ - std::min(kReplacedBeforeItsEnd, fetched.lifetime / 2);
  return token_;
}

void GoogleCredentials::Invalidate(const AccessToken& token) {
  const std::lock_guard lock(mutex_);
  if (token_.value == token.value) token_.value.clear();
}

}  // namespace beam
