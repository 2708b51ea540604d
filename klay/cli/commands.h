// The subcommands of klay-beam. Exit codes, of all of them:
//   0  all done          1  the run failed          2  the command line is at fault, or names no input
//   3  finished, but some inputs failed (1 with --strict)          130, 143  stopped by Ctrl-C, SIGTERM
#pragma once

#include <string>
#include <vector>

namespace klay {

int RunCommandLine(int argc, char** argv);

}  // namespace klay
