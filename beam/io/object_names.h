// The names of objects. Thread-safe, no store is asked.
#pragma once

#include <string>

namespace beam::internal {

// "scheme://bucket/key" in its parts: `scheme` with "://", `name` the rest. Throws UsageError if the bucket is missing
// or, unless `bucket_alone`, the key; if it is Azure's and names an account, as "abfs://container@account.dfs..." does
// elsewhere; or, but in gs://, if a part of the key before the last is empty ("a//b"), which Apache Arrow cannot tell
// from "a/b"; or, in s3://, if one is "." or "..", as AWS' client asks for another object then: "a/b" for "a/./b".
struct ObjectPath {
  std::string scheme;
  std::string name;
};
ObjectPath ParseObjectPath(const std::string& path, bool bucket_alone = false);

// The name for an object to be made. Throws Error as well if the store of that scheme refuses such a name, changes it,
// or cannot list it any more: it is a folder's, not UTF-8, or has characters that the store's protocol has no place
// for.
std::string NameForNewObject(const std::string& path);

}  // namespace beam::internal
