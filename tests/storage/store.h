// The stores that the tests of this folder run on: one file system each, chosen by the environment variable STORE.
// cmake/Tests.cmake runs all tests once for each store, and starts the emulators that some of them need.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "beam/io/file_system.h"

namespace beam::testing_storage {

// What differs between stores. Tests check both sides: what a store cannot do, it refuses or does without as said here.
struct StoreTraits {
  // Folders are things of their own: they can be made, are there without files in them, and are in the way of a file.
  bool has_folders = false;
  // What was written may be changed at its beginning (ByteSink::Rewrite).
  bool rewrites = false;
  // What is open for reading stays as it was when it is replaced, up to this size in bytes. Otherwise reading on is an
  // Error.
  std::uint64_t keeps_replaced = 0;
  // Files that were written within so short a time may have the same time in a listing, and one that has replaced
  // another of the same size is then not noticed. Zero: it always is.
  std::chrono::milliseconds time_step{0};
  // The emulator's clock stands still: a file that has replaced another of the same size is not noticed at all.
  bool has_no_times = false;
  // A name with an empty part ("a//b") is a mistake of whoever uses it. Otherwise, without folders, it is another name.
  bool refuses_empty_parts = false;
  // A file that was replaced after it was listed is copied all the same: the emulator heeds no condition on that.
  bool copies_what_is_there = false;
  // An upload in parts is forgotten once it has ended, as in several makes of S3: whoever missed the answer has to send
  // it anew.
  bool forgets_uploads = false;
  // Tests of many files take so many: what the emulator, and the store's client, do within half a minute.
  int many = 10'000;
  // Names of NameCases() that cannot be written.
  std::set<std::string> refused_names = {};
};

struct Store {
  std::shared_ptr<FileSystem> files;
  std::string root;  // ends in '/'; nothing is there when a test begins
  StoreTraits traits;
  std::shared_ptr<void> cleanup = {};   // what has to go with it
  std::vector<std::string> flags = {};  // with which klay-beam reaches it, besides this process' environment
  // Where there is an emulator: its HOST:PORT, and, but for HDFS, the variable that says so to klay-beam, its value
  // with
  // '@' for that. `files` reads it when it is first used.
  std::string endpoint = {};
  std::string endpoint_variable = {};
  std::string endpoint_value = {};

  // Leads klay-beam to HOST:PORT instead.
  void LeadTo(const std::string& other);
};

// The store of this name, with a root of its own. Throws std::runtime_error where there is no such store, or its
// emulator does not run; the file NAME.endpoint in the folder STORE_ENDPOINTS holds its HOST:PORT.
Store OpenStore(const std::string& name);

// The one that STORE names.
Store OpenStore();

}  // namespace beam::testing_storage
