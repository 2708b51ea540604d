// FaultyFileSystem: another file system, with the faults that a test asks for, and a count of what is asked of it.
//
//   auto faulty = std::make_shared<beam::FaultyFileSystem>(std::make_shared<beam::LocalFileSystem>());
//   faulty->FailRead("songs/a.mp3", 3, "connection reset").Vanish("songs/b.mp3").ShortReads(7);
//   beam::ScopedFileSystem scope("", faulty);
//
// Thread-safe. Faults are set before or during a run; what is already open keeps the faults it was opened with.
// Injected errors read `cannot read "songs/a.mp3": connection reset`.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "beam/io/file_system.h"

namespace beam {

class FaultyFileSystem : public FileSystem {
 public:
  static constexpr std::int64_t kAlways = INT64_MAX;

  explicit FaultyFileSystem(std::shared_ptr<FileSystem> inner);

  // Opening `path` for reading fails the first `times` times.
  FaultyFileSystem& FailOpen(const std::string& path, const std::string& text, std::int64_t times = kAlways);
  // The nth Read() of a source (the first is 1) fails, for the first `times` sources opened at `path`.
  FaultyFileSystem& FailRead(const std::string& path, std::int64_t nth, const std::string& text,
                             std::int64_t times = kAlways);
  // The nth Write() of a sink fails, for the first `times` sinks opened at `path`.
  FaultyFileSystem& FailWrite(const std::string& path, std::int64_t nth, const std::string& text,
                              std::int64_t times = kAlways);
  // Finish() fails, for the first `times` sinks opened at `path`.
  FaultyFileSystem& FailFinish(const std::string& path, const std::string& text, std::int64_t times = kAlways);
  // Listings fail when they come to `path`, after the entries before it.
  FaultyFileSystem& FailListing(const std::string& path, const std::string& text);
  // `path` is deleted from the file system behind this one as soon as a listing or Status() has told of it.
  FaultyFileSystem& Vanish(const std::string& path);
  // `path` has these bytes as soon as it has been opened for reading the next time, whose source has the former ones.
  FaultyFileSystem& ReplaceOnceOpened(const std::string& path, std::string bytes);
  // Sources opened at `path` end quietly after `size` bytes, whatever size they tell.
  FaultyFileSystem& Truncate(const std::string& path, std::uint64_t size);
  // Sources opened at `path` give another byte than is there at `offset`.
  FaultyFileSystem& Damage(const std::string& path, std::uint64_t offset);
  // No Read() of any source gives more than `bytes` bytes.
  FaultyFileSystem& ShortReads(std::size_t bytes);

  struct Requests {
    std::int64_t lists = 0;
    std::int64_t statuses = 0;
    std::int64_t opens = 0;
    std::int64_t writes = 0;  // sinks opened
    std::int64_t others = 0;  // renames, deletions, folders made
  };
  Requests requests() const;

  std::unique_ptr<FileListing> List(const std::string& prefix, const ListOptions& options) override;
  std::optional<FileStatus> Status(const std::string& path) override;
  std::unique_ptr<ByteSource> OpenRead(const std::string& path) override;
  std::unique_ptr<ByteSink> OpenWrite(const std::string& path) override;
  void Rename(const std::string& from, const std::string& to) override;
  bool Delete(const std::string& path) override;
  void MakeDirectories(const std::string& path) override;

 private:
  struct Fault {
    std::string text;
    std::int64_t nth = 0;
    std::int64_t times = 0;
  };
  using Faults = std::map<std::string, Fault>;
  struct State {
    std::shared_ptr<FileSystem> inner;
    std::mutex mutex;
    Faults open, read, write, finish, listing;
    std::set<std::string> vanishing;
    std::map<std::string, std::string> replacements;
    std::map<std::string, std::uint64_t> truncated;
    std::map<std::string, std::uint64_t> damaged;
    std::size_t most_bytes_a_read = SIZE_MAX;
    Requests requests;

    // Uses up one of the fault's times, if there is one for `path`.
    std::optional<Fault> Take(Faults& faults, const std::string& path);
    void VanishIfAsked(const std::string& path);
    void ReplaceIfAsked(const std::string& path);
    void Count(std::int64_t Requests::* verb);
  };
  class Listing;
  class Source;
  class Sink;

  FaultyFileSystem& Add(Faults& faults, const std::string& path, Fault fault);

  const std::shared_ptr<State> state_;  // shared with what is open
};

}  // namespace beam
