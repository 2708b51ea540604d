#include "beam/portable/program_id.h"

#include <elf.h>
#include <link.h>

#include <cstddef>
#include <cstring>
#include <string_view>

#include "beam/base/error.h"
#include "beam/portable/artifact.h"
#include "beam/portable/sha256.h"

namespace beam {
namespace {

constexpr std::size_t Aligned(std::size_t size) { return (size + 3) / 4 * 4; }

std::string Hex(const unsigned char* bytes, std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    text.push_back("0123456789abcdef"[bytes[i] >> 4]);
    text.push_back("0123456789abcdef"[bytes[i] & 15]);
  }
  return text;
}

// Looks for the note NT_GNU_BUILD_ID of the program, which is the first object that is visited.
int FindBuildId(dl_phdr_info* info, std::size_t /*size*/, void* found) {
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr) & segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_NOTE) continue;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the loader gives addresses as numbers
    const auto* note = reinterpret_cast<const unsigned char*>(info->dlpi_addr + segment.p_vaddr);
    const unsigned char* const end = note + segment.p_memsz;
    while (note + sizeof(ElfW(Nhdr)) <= end) {
      ElfW(Nhdr) header;
      std::memcpy(&header, note, sizeof header);
      const unsigned char* const name = note + sizeof header;
      const unsigned char* const value = name + Aligned(header.n_namesz);
      if (header.n_type == NT_GNU_BUILD_ID && header.n_namesz == 4 && std::memcmp(name, "GNU", 4) == 0) {
        *static_cast<std::string*>(found) = Hex(value, header.n_descsz);
        return 1;
      }
      note = value + Aligned(header.n_descsz);
    }
  }
  return 1;
}

std::string MakeProgramId() {
  std::string id;
  dl_iterate_phdr(&FindBuildId, &id);
  return id.empty() ? Sha256OfFile(ExecutablePath()) : id;
}

}  // namespace

const std::string& ProgramId() {
  static const std::string id = MakeProgramId();
  return id;
}

void CheckProgramId(const std::string& id) {
  if (id == ProgramId()) return;
  throw Error("the pipeline was launched by build " + id.substr(0, 12) + " of its program, and this worker is build "
              + ProgramId().substr(0, 12) + ": run the same build of the same program in both places");
}

}  // namespace beam
