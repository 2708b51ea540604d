// The engine that the tests run pipelines on. cmake/Tests.cmake starts it by scripts/engines and runs all tests of this
// folder once for each.
#pragma once

#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>

// The address of its job service.
inline std::string EngineEndpoint() {
  const char* path = std::getenv("ENGINE_ENDPOINT_FILE");
  std::ifstream file(path == nullptr ? "" : path);
  std::string endpoint;
  if (!std::getline(file, endpoint))
    throw std::runtime_error("ENGINE_ENDPOINT_FILE must hold the address of a job service");
  return endpoint;
}
