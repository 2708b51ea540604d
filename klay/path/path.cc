#include "klay/path/path.h"

#include <algorithm>
#include <vector>

#include "beam/base/error.h"

namespace klay {
namespace {

bool IsSchemeCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
}

// The length of what comes before the path proper: "gs://bucket", "hdfs://host:8020", "file://"; 0 for local paths.
std::size_t AuthorityEnd(std::string_view path) {
  const std::size_t colon = path.find("://");
  if (colon == std::string_view::npos || colon == 0) return 0;
  if (!std::all_of(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(colon), IsSchemeCharacter)) return 0;
  return std::min(path.find('/', colon + 3), path.size());
}

struct ParsedPath {
  // What must be equal for one path to lie in another: the scheme with its authority, or "/", "//", or nothing.
  std::string_view root;
  std::vector<std::string_view> components;
};

ParsedPath Parse(std::string_view path) {
  ParsedPath parsed;
  std::size_t at = AuthorityEnd(path);
  if (at == 0) {
    const std::size_t slashes = std::min(path.find_first_not_of('/'), path.size());
    at = slashes == 2 ? 2 : std::min<std::size_t>(slashes, 1);
  }
  parsed.root = path.substr(0, at);
  while (at < path.size()) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string_view component = path.substr(at, end - at);
    if (!component.empty() && component != ".") parsed.components.push_back(component);
    at = end + 1;
  }
  return parsed;
}

// Where the last component begins, never within a scheme or bucket.
std::size_t LastComponent(std::string_view path) {
  const std::size_t begin = AuthorityEnd(path);
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos || slash < begin ? begin : slash + 1;
}

}  // namespace

std::string MovePath(std::string_view path, std::string_view source_dir, std::string_view target_dir) {
  const ParsedPath file = Parse(path);
  const ParsedPath folder = Parse(source_dir);
  const auto& parts = file.components;
  if (file.root != folder.root || parts.size() < folder.components.size()
      || !std::equal(folder.components.begin(), folder.components.end(), parts.begin())) {
    throw beam::Error("the path " + std::string(path) + " does not lie in the source directory "
                      + (source_dir.empty() ? "\"\"" : std::string(source_dir)));
  }
  std::string moved(target_dir);
  bool needs_slash = !moved.empty() && moved.back() != '/';
  for (std::size_t i = folder.components.size(); i < parts.size(); ++i) {
    if (parts[i] == "..") {
      throw beam::Error("the path " + std::string(path) + " has a \"..\" in it, which could lead out of the target "
                        + "directory: rename it");
    }
    if (needs_slash) moved += '/';
    moved += parts[i];
    needs_slash = true;
  }
  return moved;
}

std::string RemoveSuffix(std::string_view path, std::string_view suffix) {
  return std::string(path.ends_with(suffix) ? path.substr(0, path.size() - suffix.size()) : path);
}

std::string ReplaceSuffix(std::string_view path, std::string_view old_suffix, std::string_view new_suffix) {
  return RemoveSuffix(path, old_suffix).append(new_suffix);
}

std::string ReplaceExtension(std::string_view path, std::string_view extension) {
  const std::size_t name = LastComponent(path);
  const std::size_t dot = path.rfind('.');
  std::string changed(dot == std::string_view::npos || dot <= name ? path : path.substr(0, dot));
  if (!extension.empty() && extension.front() != '.') changed += '.';
  return changed.append(extension);
}

WebDatasetName SplitWebDatasetName(std::string_view path) {
  const std::size_t name = LastComponent(path);
  const std::size_t dot = path.find('.', name + 1);
  if (dot == std::string_view::npos) return {std::string(path), ""};
  return {std::string(path.substr(0, dot)), std::string(path.substr(dot + 1))};
}

}  // namespace klay
