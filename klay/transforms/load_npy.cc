#include "klay/transforms/load_npy.h"

#include <utility>

#include "beam/base/memory_budget.h"
#include "klay/transforms/step.h"

namespace klay {
namespace {

beam::MemoryBudget::Reservation Admit(const beam::ByteSource& source) {
  return beam::MemoryBudget::Process().Reserve(source.Size().value_or(0), "reading " + source.path());
}

}  // namespace

void LoadNpy::ProcessElement(const beam::ReadableFile& file, beam::Output<NpyFile, "arrays"> arrays,
                             beam::Output<Failure, "failed"> failed) const {
  NpyFile result{file.metadata.path, {}};
  beam::MemoryBudget::Reservation memory;
  const bool done = internal::TryFile(file, failed, [&](beam::ByteSource& source) {
    memory = Admit(source);
    result.array = ReadNpy(source, limits);
  });
  if (done) arrays.Emit(std::move(result));
}

void LoadNpz::ProcessElement(const beam::ReadableFile& file, beam::Output<NpzFile, "arrays"> arrays,
                             beam::Output<Failure, "failed"> failed) const {
  NpzFile result{file.metadata.path, {}};
  beam::MemoryBudget::Reservation memory;
  const bool done = internal::TryFile(file, failed, [&](beam::ByteSource& source) {
    memory = Admit(source);
    result.arrays = ReadNpz(source, limits);
  });
  if (done) arrays.Emit(std::move(result));
}

}  // namespace klay
