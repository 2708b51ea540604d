#include "klay/transforms/load_json.h"

#include <utility>

#include "klay/transforms/step.h"

namespace klay {

void LoadJson::ProcessElement(const beam::ReadableFile& file, beam::Output<JsonFile, "values"> values,
                              beam::Output<Failure, "failed"> failed) const {
  JsonFile result{file.metadata.path, nullptr};
  const bool done =
      internal::TryFile(file, failed, [&](beam::ByteSource& source) { result.value = ReadJson(source, max_bytes); });
  if (done) values.Emit(std::move(result));
}

}  // namespace klay
