#include "klay/feature/npz.h"

#include <set>
#include <string_view>
#include <utility>

#include "klay/audio/memory_byte_source.h"
#include "klay/feature/npy_header.h"
#include "klay/feature/read_bytes.h"
#include "klay/feature/zip_reader.h"
#include "klay/feature/zip_writer.h"

namespace klay {
namespace {

constexpr std::string_view kSuffix = ".npy";

std::vector<NpzEntry> ReadArchive(beam::ByteSource& source, const NpyLimits& limits) {
  internal::ZipReader zip(source);
  std::vector<NpzEntry> arrays;
  NpyLimits left = limits;
  for (const internal::ZipEntry& entry : zip.entries()) {
    if (!entry.name.ends_with(kSuffix)) continue;
    NpzEntry read;
    read.name = entry.name.substr(0, entry.name.size() - kSuffix.size());
    const std::unique_ptr<beam::ByteSource> member = zip.Open(entry);
    try {
      read.array = ReadNpy(*member, left);
      // To the end, where the checksum is.
      char rest[4096];
      while (member->Read(rest, sizeof rest) > 0) {
      }
    } catch (const FeatureError& error) {
      constexpr std::size_t kLongest = 200;
      throw FeatureError("the array \"" + read.name.substr(0, kLongest) + "\": " + error.what());
    }
    left.max_bytes -= read.array.data().size();
    arrays.push_back(std::move(read));
  }
  return arrays;
}

}  // namespace

std::vector<NpzEntry> ReadNpz(beam::ByteSource& source, const NpyLimits& limits) {
  if (source.Size()) return ReadArchive(source, limits);
  // The directory is at the end, and this source cannot tell where that is.
  internal::BytesReader reader(source);
  std::string bytes = reader.UpTo(limits.max_bytes);
  MemoryByteSource memory(std::move(bytes), source.path());
  return ReadArchive(memory, limits);
}

const NpyArray& FindArray(const std::vector<NpzEntry>& entries, const std::string& name) {
  std::string names;
  for (const NpzEntry& entry : entries) {
    if (entry.name == name) return entry.array;
    names += (names.empty() ? "" : ", ") + entry.name;
  }
  throw FeatureError("there is no array \"" + name + "\" in the archive" + (names.empty() ? "" : ", but " + names));
}

void WriteNpz(beam::ByteSink& sink, const std::vector<NpzEntry>& entries, NpzCompression compression) {
  constexpr std::size_t kLongest = 65000;
  std::set<std::string_view> names;
  for (const NpzEntry& entry : entries) {
    if (entry.name.empty() || entry.name.size() > kLongest || !names.insert(entry.name).second) {
      throw beam::UsageError("the name \"" + entry.name.substr(0, 200)
                             + "\" cannot be that of an array in an npz file: names are different, not empty, and of at "
                               "most 65000 bytes");
    }
  }
  internal::ZipWriter zip(sink);
  for (const NpzEntry& entry : entries) {
    const NpyArray& array = entry.array;
    const std::string header = internal::MakeNpyHeader(
        {.dtype = array.dtype(), .fortran_order = array.fortran_order(), .shape = array.shape()});
    zip.Add(entry.name + std::string(kSuffix), header, array.data(), compression == NpzCompression::kDeflated);
  }
  zip.Finish();
}

}  // namespace klay
