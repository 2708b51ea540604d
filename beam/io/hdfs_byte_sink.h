// Writing a file of HDFS: under a hidden name beside it (".beam-", 16 hexadecimal digits, ".part"), which becomes the
// file's when all is there. Only a process that is killed leaves one.
#pragma once

#include <memory>
#include <string>

#include "beam/base/byte_sink.h"
#include "beam/io/webhdfs.h"

namespace beam::internal {

// No request is made before Finish(): HDFS cannot change what was written, as the headers of audio files need it. The
// bytes are held here (held_bytes.h), then sent whole, and again where that fails.
std::unique_ptr<ByteSink> CreateHdfsFile(std::shared_ptr<WebHdfs> hdfs, const std::string& path);

}  // namespace beam::internal
