# Benchmarks: bench/*.cc against Google Benchmark, bench/peers/*.cc as plain programs to compare with.
file(GLOB bench_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/bench/*.cc")
find_package(benchmark REQUIRED)
find_package(GTest REQUIRED)  # of the stand-ins of the tests
pkg_check_modules(SOXR REQUIRED IMPORTED_TARGET soxr)
foreach(source IN LISTS bench_sources)
  get_filename_component(name "${source}" NAME_WE)
  add_executable(bench_${name} "${source}")
  target_link_libraries(bench_${name} PRIVATE klay benchmark::benchmark klay_beam_flags)
endforeach()
target_link_libraries(bench_resampler_benchmark PRIVATE PkgConfig::SOXR)
# It speaks the engine's part of the protocol, which is no part of the library.
target_link_libraries(bench_empty_bundles PRIVATE beam_harness beam_transforms)
target_sources(bench_store_proxy PRIVATE "${PROJECT_SOURCE_DIR}/tests/storage/fault_proxy.cc"
                                         "${PROJECT_SOURCE_DIR}/tests/storage/sockets.cc")
target_sources(bench_large_object_store PRIVATE "${PROJECT_SOURCE_DIR}/tests/storage/sockets.cc")
target_sources(bench_dataflow_service PRIVATE "${PROJECT_SOURCE_DIR}/tests/dataflow/dataflow_stand_in.cc"
                                              "${PROJECT_SOURCE_DIR}/tests/storage/gcs_stand_in.cc"
                                              "${PROJECT_SOURCE_DIR}/tests/dataflow/token_stand_in.cc")
target_link_libraries(bench_dataflow_service PRIVATE beam_runners_job GTest::gtest)
file(GLOB peer_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/bench/peers/*.cc")
foreach(source IN LISTS peer_sources)
  get_filename_component(name "${source}" NAME_WE)
  add_executable(peer_${name} "${source}")
  target_link_libraries(peer_${name} PRIVATE PkgConfig::KLAY_BEAM_FFMPEG PkgConfig::KLAY_BEAM_CODECS Threads::Threads
                                             klay_beam_flags)
  target_include_directories(peer_${name} PRIVATE "${PROJECT_SOURCE_DIR}")
endforeach()
