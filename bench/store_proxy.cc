// store_proxy HOST:PORT MILLISECONDS: a way to a store's emulator that is as long as to a real store: each request
// waits so long before it is passed on. Prints its own HOST:PORT, then, for each line of its standard input, how many
// requests it has passed on so far. It ends with its input.
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>

#include "tests/storage/fault_proxy.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: store_proxy HOST:PORT MILLISECONDS\n", stderr);
    return 2;
  }
  beam::testing_storage::FaultProxy proxy(argv[1], {.latency = std::chrono::milliseconds(std::atoi(argv[2]))});
  std::cout << proxy.endpoint() << std::endl;
  for (std::string line; std::getline(std::cin, line);) std::cout << proxy.requests() << std::endl;
}
