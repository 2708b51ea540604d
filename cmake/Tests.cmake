# The tests: one program for each layer that has *_test.cc files, one for the whole-program tests in tests/.
include(GoogleTest)
find_package(GTest REQUIRED)
find_package(yaml-cpp REQUIRED)
pkg_check_modules(KLAY_BEAM_TLS REQUIRED IMPORTED_TARGET libssl libcrypto)
set(CMAKE_GTEST_DISCOVER_TESTS_DISCOVERY_MODE PRE_TEST)

# What tests read that is not in the repository lies in build/, shared by all build folders of the checkout.
set(TEST_DATA_DIR "${PROJECT_SOURCE_DIR}/build/test_data")
set(TEST_ENVIRONMENT
    "TEST_FIXTURES_DIR=${TEST_DATA_DIR}/fixtures"
    "TEST_NPY_DIR=${TEST_DATA_DIR}/npy"
    "TEST_CHECK_NPY=${PROJECT_SOURCE_DIR}/build/tools/bin/python ${PROJECT_SOURCE_DIR}/tests/fixtures/make_npy_fixtures.py --check"
    "STANDARD_CODERS_YAML=${PROJECT_SOURCE_DIR}/build/beam/standard_coders.yaml"
    "KLAY_BEAM_PROGRAM=${PROJECT_BINARY_DIR}/klay-beam"
    "LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/known_leaks.txt:print_suppressions=0")

add_custom_target(test_data COMMAND "${PROJECT_SOURCE_DIR}/scripts/make_test_data.sh" "${TEST_DATA_DIR}" USES_TERMINAL)
add_test(NAME test_data COMMAND "${PROJECT_SOURCE_DIR}/scripts/make_test_data.sh" "${TEST_DATA_DIR}")
set_tests_properties(test_data PROPERTIES FIXTURES_SETUP test_data TIMEOUT 900)

# gRPC's locks are its own, so the thread sanitizer takes all that it does for races.
set(WITH_GRPC "TSAN_OPTIONS=ignore_noninstrumented_modules=1")

# What a program says is compared to the letter: the leak sanitizer must not tell there of a symbolizer that is not
# installed. Known leaks are known by their libraries, without symbols.
set(WITH_PROGRAMS "ASAN_OPTIONS=symbolize=0;FAULT_PROGRAM=${PROJECT_BINARY_DIR}/fault_program"
    "FAKE_GPU_DIR=${PROJECT_BINARY_DIR}/fake_gpu")

# What a runner cannot do: "RUNNER PROGRAM TEST reason". Such a test is run, and must fail.
set(expected_failures_file "${PROJECT_SOURCE_DIR}/tests/engines/expected_failures.txt")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${expected_failures_file}")
file(STRINGS "${expected_failures_file}" EXPECTED_FAILURES REGEX "^[^#]")

# Lets CTest find the tests of a program, as PREFIX: test. They run while the fixtures stand, with this environment. A
# further argument is a filter of GoogleTest's. A prefix "PROGRAM on RUNNER" has the expected failures of that runner.
function(discover_tests program prefix fixtures environment)
  # A JVM runs one job of Spark at a time.
  set(one_at_a_time "")
  if(prefix MATCHES " on spark$")
    set(one_at_a_time spark)
  endif()
  set(failing "")
  foreach(line IN LISTS EXPECTED_FAILURES)
    # In two steps: what has matched is filled in before a condition is looked at.
    if(line MATCHES "^([^ ]+) ([^ ]+) ([^ ]+) ")
      if(prefix STREQUAL "${CMAKE_MATCH_2} on ${CMAKE_MATCH_1}")
        list(APPEND failing "${prefix}: ${CMAKE_MATCH_3}")
      endif()
    endif()
  endforeach()
  string(MAKE_C_IDENTIFIER "${prefix}" id)
  gtest_discover_tests(${program} TEST_PREFIX "${prefix}: " TEST_LIST ${id}_discovered NO_PRETTY_VALUES
    TEST_FILTER "${ARGN}" DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 600)
  # gtest_discover_tests itself cannot pass on a property that is a list.
  set(script "${PROJECT_BINARY_DIR}/${id}_properties.cmake")
  file(CONFIGURE OUTPUT "${script}" @ONLY CONTENT [[
if(@id@_discovered)
  set_tests_properties(${@id@_discovered} PROPERTIES ENVIRONMENT "@environment@" FIXTURES_REQUIRED "@fixtures@"
    RESOURCE_LOCK "@one_at_a_time@")
  set(failing "@failing@")
  foreach(test IN LISTS failing)
    list(FIND @id@_discovered "${test}" place)
    if(place EQUAL -1)
      message(SEND_ERROR "tests/engines/expected_failures.txt names what is no test: ${test}")
    endif()
    set_tests_properties("${test}" PROPERTIES WILL_FAIL TRUE)
  endforeach()
endif()
]])
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${script}")
endfunction()

function(add_gtest_program name)
  add_executable(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE klay_beam_flags yaml-cpp GTest::gmock GTest::gtest_main)
  if(CMAKE_BUILD_TYPE STREQUAL "Release")
    # A test instantiates the SDK for dozens of types: fully optimised that takes twice as long to compile, and it is the
    # program, with its libraries, that must be fast.
    target_compile_options(${name} PRIVATE -O1)
  endif()
endfunction()

foreach(folder IN LISTS LAYERS)
  layer_target(layer "${folder}")
  layer_files(test_sources "${folder}" "*_test.cc")
  if(test_sources)
    add_gtest_program(${layer}_tests ${test_sources})
    set(environment "${TEST_ENVIRONMENT}")
    if(folder IN_LIST INTERNAL_LAYERS)
      list(APPEND environment "${WITH_GRPC}")
    endif()
    discover_tests(${layer}_tests ${layer}_tests test_data "${environment}")
    target_link_libraries(${layer}_tests PRIVATE ${layer})
    foreach(dep IN LISTS "LAYER_TEST_DEPS_${folder}")
      layer_target(dep_target "${dep}")
      target_link_libraries(${layer}_tests PRIVATE ${dep_target})
    endforeach()
  endif()
endforeach()

file(GLOB_RECURSE program_test_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/*.cc")
list(FILTER program_test_sources EXCLUDE
  REGEX "/compile_fail/|/containers/|/dataflow/|/engines/|/fake_gpu/|/storage/")
if(NOT CMAKE_BUILD_TYPE STREQUAL "Release")
  list(FILTER program_test_sources EXCLUDE REGEX "/large_element_test.cc$")
endif()
if(program_test_sources)
  add_gtest_program(klay_beam_program_tests ${program_test_sources})
  discover_tests(klay_beam_program_tests klay_beam_program_tests test_data
    "${TEST_ENVIRONMENT};${WITH_GRPC};${WITH_PROGRAMS}")
  target_link_libraries(klay_beam_program_tests PRIVATE klay)
  # What the libraries hold already, for tests that play the engine.
  target_include_directories(klay_beam_program_tests SYSTEM PRIVATE
    $<TARGET_PROPERTY:beam_proto,INTERFACE_INCLUDE_DIRECTORIES>)
  add_dependencies(klay_beam_program_tests klay-beam fault_program)
endif()

# The driver's libraries, for machines that have no GPU: a folder that LD_LIBRARY_PATH may name.
foreach(library cuda nvml)
  add_library(fake_${library} SHARED "${PROJECT_SOURCE_DIR}/tests/fake_gpu/fake_${library}.cc")
  target_link_libraries(fake_${library} PRIVATE klay_beam_flags)
  # As in the driver's own, there is nothing that Clang could compare the types of its functions by: they name structs
  # of their own.
  target_compile_options(fake_${library} PRIVATE $<$<CXX_COMPILER_ID:Clang>:-fno-sanitize=function>)
  set_target_properties(fake_${library} PROPERTIES PREFIX "" SUFFIX ".so.1" NO_SONAME ON
    LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/fake_gpu")
  add_dependencies(klay_beam_program_tests fake_${library})
endforeach()
set_target_properties(fake_cuda PROPERTIES OUTPUT_NAME libcuda)
set_target_properties(fake_nvml PROPERTIES OUTPUT_NAME libnvidia-ml)

# Pipelines on every other runner: the tests of beam/transforms, and those of tests/engines, which cover each primitive
# and the jobs on real audio. An engine is started once, and ends with its tests.
set(KLAY_BEAM_TEST_ENGINES prism CACHE STRING "Engines to test with, of prism, flink, spark and python")
file(GLOB engine_test_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/engines/*.cc")
list(FILTER engine_test_sources EXCLUDE REGEX "/fault_program.cc$")
add_executable(fault_program tests/engines/fault_program.cc)
target_link_libraries(fault_program PRIVATE beam klay_beam_flags)
add_gtest_program(engine_tests ${engine_test_sources} "${PROJECT_SOURCE_DIR}/tests/cli/klay_beam_program.cc"
  "${PROJECT_SOURCE_DIR}/tests/storage/gcs_stand_in.cc")
add_dependencies(engine_tests klay-beam fault_program)
target_link_libraries(engine_tests PRIVATE beam_testing klay_transforms)
set(engines_run "${PROJECT_BINARY_DIR}/engines")

# Has the tests of a program run with these options of every TestPipeline.
function(discover_tests_on runner program fixtures options filter)
  discover_tests(${program} "${program} on ${runner}" "${fixtures}"
    "${TEST_ENVIRONMENT};${WITH_GRPC};${WITH_PROGRAMS};ENGINE=${runner};ENGINE_ENDPOINT_FILE=${engines_run}/${runner}.endpoint;PRISM=${PROJECT_SOURCE_DIR}/build/engines/prism;FLINK_JOB_SERVER_JAR=${PROJECT_SOURCE_DIR}/build/engines/flink-job-server.jar;SPARK_JOB_SERVER_JAR=${PROJECT_SOURCE_DIR}/build/engines/spark-job-server.jar;BEAM_TEST_PIPELINE_OPTIONS=${options}"
    "${filter}")
endfunction()

discover_tests_on(fn_api beam_transforms_tests test_data "--direct_running_mode=fn_api" "")
# The others are of job services, and of the processes of engines.
discover_tests_on(fn_api engine_tests test_data "--direct_running_mode=fn_api" "EnginePipeline.*:EngineAudio.*")

foreach(engine IN LISTS KLAY_BEAM_TEST_ENGINES)
  foreach(verb start stop)
    add_test(NAME "${verb} ${engine}" COMMAND "${PROJECT_SOURCE_DIR}/scripts/engines/${verb}.sh" ${engine})
    set_tests_properties("${verb} ${engine}" PROPERTIES ENVIRONMENT "ENGINES_RUN=${engines_run}" TIMEOUT 900)
  endforeach()
  set_tests_properties("start ${engine}" PROPERTIES FIXTURES_SETUP ${engine})
  set_tests_properties("stop ${engine}" PROPERTIES FIXTURES_CLEANUP ${engine})
  set(options "--runner=Portable --job_endpoint=@${engines_run}/${engine}.endpoint")
  # Only Prism ends a job that no worker takes part in, and says before it runs what it cannot run. Python's service is
  # no --runner, and starts no processes.
  set(not_on_prism "FlinkOptions.*")
  set(not_on_flink "EngineJob.*:OwnEngine.*:EngineStore.*")
  set(not_on_spark "${not_on_flink}:FlinkOptions.*")
  set(not_on_python "${not_on_spark}:StartedEngine.*:FaultTest.*")
  set(filter "-${not_on_${engine}}")
  discover_tests_on(${engine} engine_tests "test_data;${engine}" "${options}" "${filter}")
  discover_tests_on(${engine} beam_transforms_tests "test_data;${engine}" "${options}" "")
endforeach()

# The contract of Beam's containers. The entry point is started as this machine's program; in the release build in the
# file system of the image, too, which is made by the steps of containers/Dockerfile. On Prism, whole jobs.
file(GLOB container_test_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/containers/*.cc")
add_gtest_program(container_tests ${container_test_sources} "${PROJECT_SOURCE_DIR}/tests/cli/klay_beam_program.cc")
target_link_libraries(container_tests PRIVATE beam_testing)
add_dependencies(container_tests klay-beam fault_program)
file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/boot")
file(CREATE_LINK ../klay-beam "${PROJECT_BINARY_DIR}/boot/boot" SYMBOLIC)
set(with_boot "${TEST_ENVIRONMENT};${WITH_GRPC};${WITH_PROGRAMS};ENGINE_ENDPOINT_FILE=${engines_run}/prism.endpoint"
    "BOOT_PROGRAM=${PROJECT_BINARY_DIR}/boot/boot")
discover_tests(container_tests container_tests "" "${with_boot}" "Boot.*")
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  # Shared by all build folders of the checkout.
  set(image_ffmpeg "${PROJECT_SOURCE_DIR}/build/ffmpeg")
  add_test(NAME "make FFmpeg for images"
           COMMAND "${PROJECT_SOURCE_DIR}/containers/make_ffmpeg.sh" "${image_ffmpeg}")
  set_tests_properties("make FFmpeg for images" PROPERTIES FIXTURES_SETUP image_ffmpeg TIMEOUT 1800)
  add_test(NAME "FFmpeg for images is the machine's"
           COMMAND "${PROJECT_SOURCE_DIR}/tests/containers/check_ffmpeg.py" "${image_ffmpeg}/lib")
  set_tests_properties("FFmpeg for images is the machine's" PROPERTIES FIXTURES_REQUIRED image_ffmpeg)
  # Lays out the file system NAME of a program of the build, with further libraries.
  function(add_image name program)
    add_test(NAME "make ${name}"
             COMMAND "${PROJECT_SOURCE_DIR}/containers/make_root.sh" --libraries "${image_ffmpeg}/lib"
                     "${PROJECT_BINARY_DIR}/${program}" "${PROJECT_BINARY_DIR}/${name}" ${ARGN})
    set_tests_properties("make ${name}" PROPERTIES FIXTURES_SETUP ${name} FIXTURES_REQUIRED image_ffmpeg)
  endfunction()
  add_image(image_root klay-beam)
  add_test(NAME "install Beam's Go boot program"
           COMMAND "${PROJECT_SOURCE_DIR}/scripts/engines/install.sh" go_boot go_wordcount)
  set_tests_properties("install Beam's Go boot program" PROPERTIES FIXTURES_SETUP go_boot TIMEOUT 900)
  list(APPEND with_boot "BOOT_PROGRAM=${PROJECT_SOURCE_DIR}/tests/containers/in_root.sh" "IMAGE_ROOT=${PROJECT_BINARY_DIR}/image_root"
       "GO_BOOT=${PROJECT_SOURCE_DIR}/build/engines/container" "GO_PROGRAM=${PROJECT_SOURCE_DIR}/build/engines/wordcount")
  discover_tests(container_tests "container_tests in the image" "image_root" "${with_boot}" "Boot.*")
  if("prism" IN_LIST KLAY_BEAM_TEST_ENGINES)
    discover_tests(container_tests "container_tests in the image on prism" "test_data;image_root;prism;go_boot"
      "${with_boot}" "Job.*:FixtureJob.*:GoJob.*")
  endif()
  add_test(NAME "Dockerfiles" COMMAND "${PROJECT_SOURCE_DIR}/tests/containers/check_dockerfiles.py")
  add_test(NAME "containers/image.sh"
           COMMAND "${PROJECT_SOURCE_DIR}/tests/containers/image_test.sh" "${PROJECT_BINARY_DIR}/image_test")
  add_test(NAME "containers/make_ffmpeg.sh without sources"
           COMMAND "${PROJECT_SOURCE_DIR}/tests/containers/ffmpeg_source_test.sh" "${PROJECT_BINARY_DIR}/ffmpeg_source_test")
  add_test(NAME "containers/make_root.sh without libraries"
           COMMAND "${PROJECT_SOURCE_DIR}/tests/containers/root_test.sh" "${PROJECT_BINARY_DIR}/root_test")
endif()

# The contract of FileSystem, and klay-beam on it: the same tests on each store. Those that are not of this machine have
# an emulator, started once, which ends with its tests. Programs copy between a store and the next one of the list, which
# must not be of the same scheme.
set(KLAY_BEAM_TEST_EMULATORS "" CACHE STRING "Emulators of stores to test with, of gcs, s3, gofakes3, azure and hdfs")
function(add_emulator name)
  add_test(NAME "start ${name}" COMMAND "${PROJECT_SOURCE_DIR}/scripts/emulators/start.sh" ${name})
  add_test(NAME "stop ${name}" COMMAND "${PROJECT_SOURCE_DIR}/scripts/engines/stop.sh" ${name})
  set_tests_properties("start ${name}" "stop ${name}" PROPERTIES ENVIRONMENT "ENGINES_RUN=${engines_run}" TIMEOUT 900)
  set_tests_properties("start ${name}" PROPERTIES FIXTURES_SETUP ${name})
  set_tests_properties("stop ${name}" PROPERTIES FIXTURES_CLEANUP ${name})
endfunction()
file(GLOB storage_test_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/storage/*.cc")
add_gtest_program(storage_tests ${storage_test_sources} "${PROJECT_SOURCE_DIR}/tests/cli/klay_beam_program.cc")
target_link_libraries(storage_tests PRIVATE beam_testing PkgConfig::KLAY_BEAM_TLS)
add_dependencies(storage_tests klay-beam)
if(TARGET klay_beam_arrow)
  add_dependencies(storage_tests klay_beam_arrow)
  add_dependencies(klay_beam_program_tests klay_beam_arrow)
endif()
foreach(store local memory ${KLAY_BEAM_TEST_EMULATORS})
  set(fixtures test_data)
  set(filter "-StoreErrors.*:S3Credentials.*:AzureCredentials.*:ResumableUpload.*:CopyWithin.*:Faulty*")
  set(other local)
  if(store STREQUAL "memory")
    # Other programs do not see it.
    string(APPEND filter ":StorePrograms.*:StoreRequests.*")
  endif()
  if(NOT store MATCHES "^(gcs|s3|gofakes3|azure)$")
    string(APPEND filter ":StoreTls.*")
  endif()
  if(NOT store MATCHES "^(s3|gofakes3|azure)$")
    string(APPEND filter ":ForeignObjects.*")
  endif()
  if(NOT store STREQUAL "azure")
    string(APPEND filter ":StoreWriteFiles.AzIsAbfs")
  endif()
  if(store IN_LIST KLAY_BEAM_TEST_EMULATORS)
    add_emulator(${store})
    list(APPEND fixtures ${store})
    list(FIND KLAY_BEAM_TEST_EMULATORS ${store} place)
    list(LENGTH KLAY_BEAM_TEST_EMULATORS count)
    if(count GREATER 1)
      math(EXPR place "(${place} + 1) % ${count}")
      list(GET KLAY_BEAM_TEST_EMULATORS ${place} other)
      list(APPEND fixtures ${other})
    endif()
  endif()
  discover_tests(storage_tests "storage_tests on ${store}" "${fixtures}"
    "${TEST_ENVIRONMENT};${WITH_GRPC};${WITH_PROGRAMS};STORE=${store};OTHER_STORE=${other};STORE_ENDPOINTS=${engines_run}" "${filter}")
endforeach()
# The same stores behind a network that fails. A further argument is a filter of what this store does besides.
function(discover_fault_tests store fixtures)
  discover_tests(storage_tests "storage_tests on ${store} with faults" "test_data;${fixtures}"
    "${TEST_ENVIRONMENT};${WITH_GRPC};${WITH_PROGRAMS};STORE=${store};STORE_ENDPOINTS=${engines_run}" "FaultyStore*${ARGN}")
endfunction()
if("gcs" IN_LIST KLAY_BEAM_TEST_EMULATORS)
  add_emulator(gcs_files)
  discover_fault_tests(gcs_files gcs_files ":FaultyGcsStore.*")
endif()
foreach(store s3 gofakes3 hdfs)
  if(store IN_LIST KLAY_BEAM_TEST_EMULATORS)
    discover_fault_tests(${store} ${store})
  endif()
endforeach()
# What no emulator does: the whole protocol of uploads to gs:// and of copies within it, what stores answer that let
# nobody in, and as whom they are asked.
set(filter "ResumableUpload.*:CopyWithin.*")
if(TARGET klay_beam_arrow)
  string(APPEND filter ":StoreErrors.*:S3Credentials.*:AzureCredentials.*")
endif()
discover_tests(storage_tests storage_tests "" "${TEST_ENVIRONMENT};${WITH_GRPC};${WITH_PROGRAMS}" "${filter}")

# klay-beam on a stand-in for Google Cloud: what it sends, and that what was sent runs, on engines, as a worker's
# container starts it.
file(GLOB dataflow_test_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/dataflow/*.cc")
add_gtest_program(dataflow_tests ${dataflow_test_sources} "${PROJECT_SOURCE_DIR}/tests/cli/klay_beam_program.cc"
  "${PROJECT_SOURCE_DIR}/tests/storage/gcs_stand_in.cc")
target_link_libraries(dataflow_tests PRIVATE beam_runners_job)
add_dependencies(dataflow_tests klay-beam fault_program)
discover_tests(dataflow_tests dataflow_tests test_data "${TEST_ENVIRONMENT};${WITH_GRPC};${WITH_PROGRAMS}"
  "-DataflowOnEngine.*")
foreach(engine prism flink)
  set(filter "DataflowOnEngine.*")
  if(engine STREQUAL "flink")
    # What Flink's job server passes on has a digest that it made itself.
    string(APPEND filter "-*.AProgramThatIsDamaged*")
  endif()
  if(engine IN_LIST KLAY_BEAM_TEST_ENGINES)
    discover_tests_on(${engine} dataflow_tests "test_data;${engine}" "" "${filter}")
  endif()
endforeach()

# An image that reaches further stores, as `make container STORES=s3` makes it, with one of them.
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND TARGET klay_beam_arrow)
  add_dependencies(container_tests klay_beam_arrow)
  add_image(image_root_with_stores klay-beam "${PROJECT_BINARY_DIR}/libklay_beam_arrow.so")
  if("prism" IN_LIST KLAY_BEAM_TEST_ENGINES AND "s3" IN_LIST KLAY_BEAM_TEST_EMULATORS)
    discover_tests(container_tests "container_tests in the image with stores on prism"
      "test_data;image_root_with_stores;prism;s3"
      "${with_boot};IMAGE_ROOT=${PROJECT_BINARY_DIR}/image_root_with_stores;STORE_ENDPOINTS=${engines_run}" "StoresJob.*")
  endif()
endif()

# What does not depend on how the libraries are compiled is tested once, with the release build.
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  set(dataflow_schemas "${PROJECT_SOURCE_DIR}/build/engines/dataflow_schemas")
  add_test(NAME "dataflow schemas" COMMAND "${PROJECT_SOURCE_DIR}/scripts/dataflow/schemas.sh")
  set_tests_properties("dataflow schemas" PROPERTIES FIXTURES_SETUP dataflow_schemas TIMEOUT 900)
  add_test(NAME "dataflow requests"
           COMMAND "${dataflow_schemas}/python/bin/python" "${PROJECT_SOURCE_DIR}/tests/dataflow/request_test.py"
                   "${PROJECT_BINARY_DIR}/klay-beam" "${dataflow_schemas}" "${PROJECT_SOURCE_DIR}/tests/fixtures/dataflow")
  set_tests_properties("dataflow requests" PROPERTIES FIXTURES_REQUIRED dataflow_schemas)

  # The pages for users say of the program what it says.
  add_test(NAME "docs" COMMAND "${PROJECT_SOURCE_DIR}/tests/docs/docs_test.py" "${PROJECT_SOURCE_DIR}"
                               "${PROJECT_BINARY_DIR}/klay-beam")

  add_test(NAME "check_layers" COMMAND "${PROJECT_SOURCE_DIR}/scripts/check_layers_test.py")

  file(GLOB compile_fail_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/compile_fail/*.cc")
  foreach(source IN LISTS compile_fail_sources)
    get_filename_component(name "${source}" NAME_WE)
    foreach(compiler g++ clang++-16)
      add_test(NAME "compile_fail: ${name} (${compiler})"
               COMMAND "${PROJECT_SOURCE_DIR}/tests/compile_fail/check.py" ${compiler} "${PROJECT_SOURCE_DIR}" "${source}")
    endforeach()
  endforeach()

  if(KLAY_BEAM_ARROW AND NOT Arrow_FOUND)
    add_test(NAME "Arrow as it may be configured"
             COMMAND "${PROJECT_SOURCE_DIR}/tests/arrow/variants_test.sh" "${PROJECT_BINARY_DIR}"
                     "${PROJECT_BINARY_DIR}/arrow_variants")
  endif()

  if(EXISTS "${PROJECT_SOURCE_DIR}/examples/custom_job/CMakeLists.txt")
    add_test(NAME "install and build examples/custom_job"
             COMMAND "${PROJECT_SOURCE_DIR}/tests/install/install_test.sh" "${PROJECT_BINARY_DIR}"
                     "${PROJECT_BINARY_DIR}/install_test")
    set_tests_properties("install and build examples/custom_job" PROPERTIES FIXTURES_SETUP custom_job)

    # The image of that job, by the steps of containers/custom.Dockerfile.
    set(custom_program install_test/project_build/loudness_report)
    add_image(custom_image_root "${custom_program}")
    set_tests_properties("make custom_image_root" PROPERTIES FIXTURES_REQUIRED "image_ffmpeg;custom_job")
    discover_tests(container_tests "container_tests in the image of a custom job" "test_data;custom_image_root"
      "${with_boot};IMAGE_ROOT=${PROJECT_BINARY_DIR}/custom_image_root;IMAGE_DOCKERFILE=custom.Dockerfile;CUSTOM_PROGRAM=${PROJECT_BINARY_DIR}/${custom_program}"
      "CustomJobBoot.*")
  endif()
endif()
