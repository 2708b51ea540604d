// klay-beam: the jobs of klay as one program. See commands.h.
#include "klay/cli/commands.h"

int main(int argc, char** argv) { return klay::RunCommandLine(argc, argv); }
