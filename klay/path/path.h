// Names of files and objects, from the name of a source to the name of its target. Text in, text out: nothing is looked
// up, and gs://, s3://, hdfs://, abfs:// and local paths are treated alike. A scheme and what stands behind it up to
// the next slash (the bucket, the host, the container) are never changed or taken apart.
//
// What each is called in the Python klay_beam, and where it differs on purpose, stands with each. Thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace klay {

// The place of `path` within `source_dir`, below `target_dir`. klay_beam: path.move.
//
//   MovePath("gs://audio/00/1.mp3", "gs://audio/", "/else") == "/else/00/1.mp3"
//
// In `path` and `source_dir` repeated slashes count as one, "." as nothing, a slash at the end as nothing, and whole
// components must match; an empty `source_dir` or "." holds every relative path. Two slashes at the beginning are
// another root than one (POSIX). `target_dir` is taken as it stands, with a slash behind it where it has none; an empty
// one gives a relative path. If `path` is `source_dir` itself, the result is `target_dir` as it stands (the original
// appends "/.").
//
// Throws beam::Error if `path` does not lie in `source_dir`, and if it has a ".." behind it, for the result could then
// lie anywhere (the original lets it pass).
std::string MovePath(std::string_view path, std::string_view source_dir, std::string_view target_dir);

// `path` without `suffix`, where it ends so; otherwise unchanged. Case counts, and one suffix goes at most. klay_beam:
// path.remove_suffix, which gives nothing at all for an empty suffix; here an empty suffix changes nothing.
std::string RemoveSuffix(std::string_view path, std::string_view suffix);

// `path` with `new_suffix` in place of `old_suffix`, or behind everything where it does not end in `old_suffix`: the
// name of the target in SkipCompleted and the jobs.
std::string ReplaceSuffix(std::string_view path, std::string_view old_suffix, std::string_view new_suffix);

// `path` with another extension: what follows the last dot of its last component, or nothing. A dot that begins the
// component makes no extension. `extension` is given with or without its dot; an empty one takes the extension away.
std::string ReplaceExtension(std::string_view path, std::string_view extension);

// The two parts of a name by the rules of WebDataset, in which a sample is all files that differ by extension only.
struct WebDatasetName {
  std::string id;         // the path up to the first dot of its last component
  std::string extension;  // what follows that dot
};

// klay_beam: extract_wds_id_and_ext, which loses a slash of "gs://" and takes ".hidden" for an extension of its folder.
// Here the path is kept byte for byte, and a dot that begins the component belongs to its name.
WebDatasetName SplitWebDatasetName(std::string_view path);

}  // namespace klay
