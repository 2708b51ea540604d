// Where hdfs:// leads, in the names that Beam's other SDKs have for it (--hdfs_host and so on).
#pragma once

#include <string>

namespace beam {

struct HdfsOptions {
  std::string host = {};   // of the name node; empty: there is none, and hdfs:// cannot be used
  int port = 9870;         // of its HTTP server
  std::string user = {};   // empty: $HADOOP_USER_NAME, or who runs this process
  bool full_urls = false;  // paths are hdfs://server/path instead of hdfs://path; the server is part of names only
};

}  // namespace beam
