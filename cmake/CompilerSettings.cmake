# Language level, warnings, sanitizers and the compiler cache: what holds for every target of the project.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug or Release" FORCE)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()

# Flags of our own targets only; an installed library imposes none of these on its users.
add_library(klay_beam_flags INTERFACE)
target_compile_options(klay_beam_flags INTERFACE -Wall -Wextra)
# GCC 12 sees uninitialised and overlapping memory in its own std::string and std::optional once they are inlined
# (GCC bugs 105562, 105651 and 105329). Clang and the sanitizers look for the real ones.
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(klay_beam_flags INTERFACE -Wno-maybe-uninitialized -Wno-restrict)
endif()
if(KLAY_BEAM_WERROR)
  target_compile_options(klay_beam_flags INTERFACE -Werror)
endif()
# A worker refuses functions of another build by the linker's build id (Clang's driver does not ask for one by itself).
target_link_options(klay_beam_flags INTERFACE -Wl,--build-id)

if(KLAY_BEAM_SANITIZE)
  # Line tables are enough for a sanitizer's stack traces, and make a third of the objects that full -g makes.
  add_compile_options(-fsanitize=${KLAY_BEAM_SANITIZE} -fno-omit-frame-pointer -g1)
  if(KLAY_BEAM_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
  add_link_options(-fsanitize=${KLAY_BEAM_SANITIZE})
endif()
if(KLAY_BEAM_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
endif()
