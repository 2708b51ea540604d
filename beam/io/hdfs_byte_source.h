// Reading a file of HDFS: one stream from where it is read, begun anew after a jump or a cut connection.
#pragma once

#include <memory>
#include <string>

#include "beam/base/byte_source.h"
#include "beam/io/webhdfs.h"

namespace beam::internal {

// Looks the file up; nothing of it is read before the first Read(). Throws Error if it is not there or is no file.
std::unique_ptr<ByteSource> OpenHdfsFile(std::shared_ptr<WebHdfs> hdfs, const std::string& path);

}  // namespace beam::internal
