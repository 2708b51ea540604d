// The objects of a store whose paths start with a text, in order, a few pages ahead of whoever takes them.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "beam/io/file_system.h"
#include "beam/io/object_requests.h"

namespace beam::internal {

// The listing that is best for what is wanted: an ObjectListing, or one that asks the store from its taker's thread for
// the next page when that is needed.
std::unique_ptr<FileListing> ListObjects(const std::shared_ptr<ObjectRequests>& requests, const std::string& prefix,
                                         const ListOptions& options);

// One thread takes, one of its own asks the store; where the store gives any page, several do (range_listing.h), and an
// interruption costs a page. Elsewhere a prefix that ends in '/' is one listing of that folder; another one is a
// listing of the folder around it, one level deep, and one of each folder in it that matches. After an interruption a
// folder is listed anew, and what was already given is left out.
//
// An empty listing of a bucket that is not there is an Error.
class ObjectListing final : public FileListing {
 public:
  ObjectListing(std::shared_ptr<ObjectRequests> requests, const std::string& prefix, ListOptions options);
  ~ObjectListing() override;

  bool Next(FileMetadata& entry) override;

 private:
  using Page = std::vector<FileMetadata>;

  void Produce();
  void ListAll();
  void ListPages();
  void ListFolder(const std::string& folder, bool recursive, const std::function<void(ObjectInfo&)>& take);
  void Add(ObjectInfo& info);
  // Waits for room. Throws Cancelled when nobody takes any more.
  void Push();

  static constexpr std::size_t kPages = 4;
  static constexpr std::size_t kPageSize = 1'000;

  const std::shared_ptr<ObjectRequests> requests_;
  const std::string prefix_;
  const std::string scheme_;
  const std::string name_;  // of the prefix
  const ListOptions options_;

  Page filling_;  // by the thread alone

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Page> pages_;
  bool over_ = false;     // nothing more comes
  bool dropped_ = false;  // nothing more is wanted
  std::exception_ptr failure_;

  Page page_;  // by the taker alone
  std::size_t taken_ = 0;
  std::thread thread_;
};

}  // namespace beam::internal
