#include "beam/io/object_names.h"

#include <algorithm>
#include <string_view>

#include "beam/base/error.h"
#include "beam/base/utf8.h"
#include "beam/io/path_text.h"

namespace beam::internal {
namespace {

// Whether a part of a name is "." or "..".
bool HasDots(std::string_view name) {
  for (;;) {
    const std::string_view part = name.substr(0, name.find('/'));
    if (part == "." || part == "..") return true;
    if (part.size() == name.size()) return false;
    name.remove_prefix(part.size() + 1);
  }
}

}  // namespace

ObjectPath ParseObjectPath(const std::string& path, bool bucket_alone) {
  const std::size_t mark = path.find("://");
  const std::size_t bucket = mark == std::string::npos ? 0 : mark + 3;
  const std::size_t slash = path.find('/', bucket);
  const bool has_key = slash != std::string::npos && slash + 1 < path.size();
  if (bucket == path.size() || slash == bucket || (!has_key && !bucket_alone)) {
    throw UsageError(Quoted(path) + " names no object: write " + path.substr(0, bucket) + "BUCKET/NAME");
  }
  const std::size_t account = path.substr(0, slash).find('@', bucket);
  if (account != std::string::npos && (path.starts_with("abfs://") || path.starts_with("az://"))) {
    throw UsageError(Quoted(path)
                     + " names its account, which the environment does here: set AZURE_STORAGE_ACCOUNT or "
                       "AZURE_STORAGE_CONNECTION_STRING, and write "
                     + Quoted(path.substr(0, account) + (slash == std::string::npos ? "" : path.substr(slash))));
  }
  const auto refuse = [&](const std::string& what, const std::string& remedy) {
    throw UsageError(Quoted(path) + " has " + what + " in its name, which cannot be used here: " + remedy
                     + ", or rename the object with the store's own tools");
  };
  if (path.find("//", bucket) != std::string::npos && !path.starts_with("gs://")) {
    refuse("an empty part", "write one '/' there");
  }
  if (path.starts_with("s3://") && HasDots(std::string_view(path).substr(bucket))) {
    refuse("a part \".\" or \"..\"", "write the name without it");
  }
  return {path.substr(0, bucket), path.substr(bucket)};
}

std::string NameForNewObject(const std::string& path) {
  ObjectPath parsed = ParseObjectPath(path);
  const std::string& name = parsed.name;
  if (name.ends_with('/')) throw UsageError(Quoted(path) + " names a folder: write the name of a file behind it");
  const auto refuse = [&](const std::string& why) {
    throw Error("cannot write " + Quoted(path) + ": " + parsed.scheme + " has no names with " + why
                + "; choose another name");
  };
  if (FindInvalidUtf8(name)) refuse("bytes that are not UTF-8");
  const bool json = parsed.scheme == "gs://";  // the others list in XML, which has no control characters
  const auto has_no_place = [&](char c) {
    return c == '\n' || c == '\r' || (!json && static_cast<unsigned char>(c) < ' ');
  };
  if (std::any_of(name.begin(), name.end(), has_no_place)) refuse("line breaks or control characters");
  if (!json && parsed.scheme != "s3://") {
    if (name.find('\\') != std::string::npos) refuse("backslashes");
    if (name.ends_with('.') || name.find("./") != std::string::npos) refuse("parts that end in a dot");
  }
  return std::move(parsed.name);
}

}  // namespace beam::internal
