// FileSystem: one kind of store (the local disk, an object store, HDFS, a test's memory) behind the few verbs that
// pipelines need.
//
// Thread-safe: every method may be called from any thread at once. What a method returns (a listing, a source, a sink)
// belongs to its caller and to one thread at a time, and keeps alive what it needs: it may outlive the FileSystem.
//
// Paths are whole paths as the user writes them, scheme included ("gs://bucket/a.mp3", "file:///a.mp3", "a.mp3"), and
// are kept byte for byte: what a listing returns can be opened, and starts with the text that was asked for. '/' is the
// separator. Which file system serves a path is decided by file_systems.h. A name that a store cannot hold is an Error
// for whoever writes it, never another name.
//
// Folders are things of their own on disks and in HDFS: they can be made and deleted, and a file is no folder. In
// object stores they exist only through the names of the files in them.
//
// Every failure is an Error whose text names the path and the next step. "Not there" is not a failure where the return
// type can say it. tests/storage holds every file system to what is said here.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "beam/base/byte_sink.h"
#include "beam/base/byte_source.h"
#include "beam/io/file_metadata.h"

namespace beam {

enum class FileKind {
  kFile,       // has bytes to read
  kDirectory,  // has entries to list
  kOther,      // neither: a FIFO, a socket, a device, a symbolic link to nothing
};

struct FileStatus {
  FileMetadata metadata;
  FileKind kind = FileKind::kFile;
};

struct ListOptions {
  // true: all files below, at every depth; folders are not entries. Symbolic links to folders are not followed.
  // false: one level: the files whose path has no further '/' after the prefix, and the folders there, as paths that
  // end in '/'.
  bool recursive = true;

  // Only entries whose path is greater than this one, by bytes: the last path of a listing resumes it.
  std::string start_after;

  // Keeps entries for which it returns true; empty keeps all. Called with the whole path, from several threads at once.
  // An entry that is not kept costs no request of its own.
  std::function<bool(std::string_view path)> keep;

  // A hint: folders (given as paths that end in '/') for which it returns false hold nothing that is kept, and need
  // not be looked into. Called from several threads at once. Object stores may ignore it.
  std::function<bool(std::string_view folder)> descend;

  // A hint: false where only the first entries may be wanted, so that a store is asked for no more than these.
  bool look_ahead = true;
};

// A listing in progress: a cursor that fetches and looks ahead in bounded memory.
class FileListing {
 public:
  virtual ~FileListing() = default;

  // Puts the next entry into `entry` and returns true, or returns false at the end. After an Error the listing is over.
  virtual bool Next(FileMetadata& entry) = 0;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  // The entries whose path starts with `prefix`, which is plain text and need not end at a separator, in ascending
  // order of the bytes of their paths. (Object stores list in this order; for a tree it is depth first, a folder
  // ordered as if its name ended in '/'.) A prefix that nothing starts with gives an empty listing. A folder that
  // cannot be read is an Error, never a gap.
  virtual std::unique_ptr<FileListing> List(const std::string& prefix, const ListOptions& options) = 0;

  // Whether a listing at `path` that begins behind a name (start_after) costs what it gives and no more, at any depth.
  // Otherwise it may have to go through what comes before.
  virtual bool ListsFromAnywhere(const std::string& path);

  // What is at `path`, which is also the path in the result, or nothing if nothing is there. A folder may be named with
  // or without a final '/', and has size 0; with one, a file is nothing.
  virtual std::optional<FileStatus> Status(const std::string& path) = 0;

  // Opens a file for reading at any position. Fails here, not later, if it is not there or is not a file; never blocks
  // on a FIFO. Reading less than the size found here is an Error, not an end. When the file is replaced meanwhile, the
  // source goes on with what it was, or fails; it never gives a mix of both.
  virtual std::unique_ptr<ByteSource> OpenRead(const std::string& path) = 0;

  // Opens a file for writing; makes its parent folders. See ByteSink for when it becomes visible.
  virtual std::unique_ptr<ByteSink> OpenWrite(const std::string& path) = 0;

  // Finishes several sinks of OpenWrite() at once, which is quicker than one by one. Returns for each what its Finish()
  // would have thrown, as text, or nothing. Throws Cancelled if the run is stopped meanwhile.
  virtual std::vector<std::string> FinishAll(const std::vector<ByteSink*>& sinks);

  // Deletes what a writer that was killed has left at `path` and returns true; false if it is anything else.
  virtual bool RemoveAbandoned(const std::string& path);

  // Moves a file within this file system, replacing the file at `to`, whose parent folder must exist. Throws Error if
  // there is no file at `from`.
  virtual void Rename(const std::string& from, const std::string& to) = 0;

  // Makes or replaces `to`, whole or not at all, with what `from` has, which List() or Status() of this file system has
  // told of; makes the parent folders of `to`. Throws Error if `from` is gone, or is another file by now. In stores
  // that can do that themselves the bytes do not come here.
  virtual void Copy(const FileMetadata& from, const std::string& to);

  // Deletes a file or an empty folder; one that is not empty is an Error where folders are things. Returns false if
  // nothing is there.
  virtual bool Delete(const std::string& path) = 0;

  // Makes a folder and its parents; those that exist stay. Nothing to do where folders are only parts of names.
  virtual void MakeDirectories(const std::string& path) = 0;
};

}  // namespace beam
