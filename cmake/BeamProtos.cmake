# beam_proto: the C++ that protoc makes of Beam's portability API, with gRPC stubs for the services that the SDK calls or
# offers. The definitions are made from a published artefact (scripts/make_beam_data.sh); they are not kept here.
find_program(PROTOC_PROGRAM protoc REQUIRED)
find_program(GRPC_CPP_PLUGIN_PROGRAM grpc_cpp_plugin REQUIRED)

set(KLAY_BEAM_PROTOS "" CACHE FILEPATH
    "A protos.binpb that scripts/make_beam_data.sh made on another machine, for a build without network; empty: make it")

set(proto_set "${KLAY_BEAM_PROTOS}")
if(NOT proto_set)
  # Shared by all build folders of the checkout.
  set(proto_set "${PROJECT_SOURCE_DIR}/build/beam/protos.binpb")
  set(proto_scripts make_beam_data.sh make_beam_data.py beam_wheel.txt)
  list(TRANSFORM proto_scripts PREPEND "${PROJECT_SOURCE_DIR}/scripts/")
  add_custom_command(OUTPUT "${proto_set}" DEPENDS ${proto_scripts}
    COMMAND "${PROJECT_SOURCE_DIR}/scripts/make_beam_data.sh" "${PROJECT_SOURCE_DIR}/build/beam"
    COMMENT "Fetching Beam's protocol definitions")
endif()

set(proto_dir "${PROJECT_BINARY_DIR}/protos")
set(proto_sources "")
file(MAKE_DIRECTORY "${proto_dir}")

# Adds the sources made of each file; `plugin_flags` say what protoc makes besides the messages.
function(add_protos plugin_flags suffixes)
  list(TRANSFORM ARGN PREPEND "org/apache/beam/model/" OUTPUT_VARIABLE names)
  set(outputs "")
  foreach(name IN LISTS names)
    foreach(suffix IN LISTS suffixes)
      list(APPEND outputs "${proto_dir}/${name}.${suffix}")
    endforeach()
  endforeach()
  list(TRANSFORM names APPEND ".proto" OUTPUT_VARIABLE files)
  add_custom_command(OUTPUT ${outputs} DEPENDS "${proto_set}"
    COMMAND "${PROTOC_PROGRAM}" "--descriptor_set_in=${proto_set}" "--cpp_out=${proto_dir}" ${plugin_flags} ${files}
    COMMENT "Generating C++ of Beam's protocol" VERBATIM)
  set(proto_sources "${proto_sources};${outputs}" PARENT_SCOPE)
endfunction()

add_protos("" "pb.cc;pb.h" pipeline/v1/beam_runner_api pipeline/v1/endpoints pipeline/v1/metrics pipeline/v1/schema
  pipeline/v1/standard_window_fns)
add_protos("--grpc_out=${proto_dir};--plugin=protoc-gen-grpc=${GRPC_CPP_PLUGIN_PROGRAM}" "pb.cc;pb.h;grpc.pb.cc;grpc.pb.h"
  fn_execution/v1/beam_fn_api fn_execution/v1/beam_provision_api job_management/v1/beam_artifact_api
  job_management/v1/beam_job_api)

add_library(beam_proto STATIC ${proto_sources})
# System headers, so that our warnings are about our code. -O1, as the compilers need three times as long for -O2, and the
# time goes into libprotobuf anyway.
target_include_directories(beam_proto SYSTEM PUBLIC "${proto_dir}")
target_link_libraries(beam_proto PUBLIC PkgConfig::KLAY_BEAM_GRPC)
target_compile_options(beam_proto PRIVATE -w -O1 -g0)
if(KLAY_BEAM_SANITIZE)
  # As the libraries that it stands on are: half of the time and memory of compiling it otherwise goes into checks.
  target_compile_options(beam_proto PRIVATE -fno-sanitize=all)
endif()
if(KLAY_BEAM_SANITIZE MATCHES "thread")
  # Protobuf's map fields have other members under the thread sanitizer, which the system's library does not know of.
  target_compile_options(beam_proto PUBLIC -U__SANITIZE_THREAD__)
endif()
