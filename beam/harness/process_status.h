// How this process is, for people: the build, memory, threads.
#pragma once

#include <string>

namespace beam {

// Some lines of text. Source of the numbers: proc(5), status and task.
std::string DescribeProcess();

}  // namespace beam
