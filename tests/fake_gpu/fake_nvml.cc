// A libnvidia-ml.so.1 for tests, with the functions that LookAtGpus() calls, and FAKE_GPU as for fake_cuda.cc.
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

std::string State() {
  const char* const state = std::getenv("FAKE_GPU");
  return state == nullptr ? "0" : state;
}

int handles[16];

}  // namespace

extern "C" {

struct FakeMemory {
  unsigned long long total, free, used;
};

const char* nvmlErrorString(int) { return "Driver Not Loaded"; }
int nvmlInit_v2() { return State() == "broken" ? 9 : 0; }
int nvmlShutdown() { return 0; }
int nvmlSystemGetDriverVersion(char* text, unsigned size) {
  std::snprintf(text, size, "550.54.15");
  return 0;
}
int nvmlDeviceGetCount_v2(unsigned* count) {
  *count = static_cast<unsigned>(std::atoi(State().c_str()));
  return 0;
}
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** handle) {
  *handle = &handles[index];
  return 0;
}
int nvmlDeviceGetName(void*, char* text, unsigned size) {
  std::snprintf(text, size, "Fake L4");
  return 0;
}
int nvmlDeviceGetUUID(void* handle, char* text, unsigned size) {
  std::snprintf(text, size, "GPU-%d", static_cast<int>(static_cast<int*>(handle) - handles));
  return 0;
}
int nvmlDeviceGetMemoryInfo(void*, FakeMemory* memory) {
  *memory = {24ULL << 30, 0, 0};
  return 0;
}

}  // extern "C"
