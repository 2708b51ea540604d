// ls, stat, cat and cp: what a user needs to look at a store, and to bring files there and back, on every scheme that
// beam/io knows. They are no pipelines; exit codes are those of commands.h.
//
// An operand is a path, or a pattern (beam/io/glob.h) where nothing has just that name.
#pragma once

#include <string>
#include <vector>

namespace klay {

int RunLs(const std::string& program, const std::string& summary, const std::vector<std::string>& arguments);
int RunStat(const std::string& program, const std::string& summary, const std::vector<std::string>& arguments);
int RunCat(const std::string& program, const std::string& summary, const std::vector<std::string>& arguments);
int RunCp(const std::string& program, const std::string& summary, const std::vector<std::string>& arguments);

}  // namespace klay
