// A libcuda.so.1 for tests, with the functions that LookAtGpus() calls. FAKE_GPU says how it is: a number of devices;
// "broken": cuInit() fails; "forgetful": what is read from a device's memory is not what was written.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

std::string State() {
  const char* const state = std::getenv("FAKE_GPU");
  return state == nullptr ? "0" : state;
}

std::uint32_t memory = 0;

}  // namespace

extern "C" {

int cuGetErrorString(int error, const char** text) {
  *text = error == 100 ? "no CUDA-capable device is detected" : nullptr;
  return error == 100 ? 0 : 1;
}
int cuInit(unsigned) { return State() == "broken" ? 100 : 0; }
int cuDriverGetVersion(int* version) {
  *version = 12040;
  return 0;
}
int cuDeviceGetCount(int* count) {
  *count = State() == "forgetful" ? 1 : std::atoi(State().c_str());
  return 0;
}
int cuDeviceGet(int* device, int ordinal) {
  *device = ordinal + 10;
  return 0;
}
int cuDeviceGetName(char* name, int size, int device) {
  std::snprintf(name, static_cast<std::size_t>(size), "Fake L%d", device);
  return 0;
}
int cuDeviceTotalMem_v2(std::size_t* bytes, int) {
  *bytes = std::size_t{24} << 30;
  return 0;
}
int cuDeviceGetAttribute(int* value, int attribute, int) {
  *value = attribute == 75 ? 8 : 9;
  return 0;
}
// The second device is not to be had.
int cuCtxCreate_v2(void** context, unsigned, int device) {
  *context = &memory;
  return device == 11 ? 999 : 0;
}
int cuCtxDestroy_v2(void*) { return 0; }
int cuMemAlloc_v2(std::uint64_t* there, std::size_t) {
  *there = 1;
  return 0;
}
int cuMemFree_v2(std::uint64_t) { return 0; }
int cuMemcpyHtoD_v2(std::uint64_t, const void* from, std::size_t size) {
  std::memcpy(&memory, from, size);
  return 0;
}
int cuMemcpyDtoH_v2(void* to, std::uint64_t, std::size_t size) {
  if (State() == "forgetful") memory = 0;
  std::memcpy(to, &memory, size);
  return 0;
}

}  // extern "C"
