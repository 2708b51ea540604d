// Writing a file of HDFS: under a hidden name beside it (".beam-", 16 hexadecimal digits, ".part"), which becomes the
// file's when all is there. Only a process that is killed leaves one.
#pragma once

#include <memory>
#include <string>

#include "beam/base/byte_sink.h"
#include "beam/io/webhdfs.h"

namespace beam::internal {

// No request is made before there is a megabyte, or Finish(): small files are sent whole, and again where that fails.
// A larger one is a stream, whose failure is its writer's.
std::unique_ptr<ByteSink> CreateHdfsFile(std::shared_ptr<WebHdfs> hdfs, const std::string& path);

}  // namespace beam::internal
