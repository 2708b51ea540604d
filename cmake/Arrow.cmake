# klay_beam_arrow: a library of its own, with what of Apache Arrow reaches object stores, which programs load when a path
# first needs it. Linked in, it would cost each start of a program 12 ms.
option(KLAY_BEAM_ARROW "Object stores (s3://, abfs://, az://) through Apache Arrow; OFF: none" ON)
# Programs look for it by their run path: beside themselves, and where it is installed (KlayBeamConfig.cmake).
set(KLAY_BEAM_ARROW_DIR "${CMAKE_INSTALL_LIBDIR}/klay-beam")
set(CMAKE_BUILD_RPATH "${PROJECT_BINARY_DIR}")

if(KLAY_BEAM_ARROW)
  find_package(Arrow QUIET)
  file(GLOB arrow_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/beam/io/arrow/*.cc")
  add_library(klay_beam_arrow MODULE ${arrow_sources})
  target_include_directories(klay_beam_arrow PRIVATE "${PROJECT_SOURCE_DIR}")
  target_link_libraries(klay_beam_arrow PRIVATE klay_beam_flags)
  set_target_properties(klay_beam_arrow PROPERTIES CXX_VISIBILITY_PRESET hidden INSTALL_RPATH "$ORIGIN")
  if(Arrow_FOUND)
    # It may lie where the loader does not look.
    set_target_properties(klay_beam_arrow PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
    target_link_libraries(klay_beam_arrow PRIVATE Arrow::arrow_shared)
    if(TARGET Arrow::arrow_s3_shared)
      target_link_libraries(klay_beam_arrow PRIVATE Arrow::arrow_s3_shared)
    endif()
  else()
    # Shared by all build folders of the checkout.
    set(arrow_dir "${PROJECT_SOURCE_DIR}/build/arrow")
    set(arrow_scripts make_arrow.sh arrow_wheel.txt)
    list(TRANSFORM arrow_scripts PREPEND "${PROJECT_SOURCE_DIR}/scripts/")
    add_custom_command(OUTPUT "${arrow_dir}/.made_by" DEPENDS ${arrow_scripts}
      COMMAND "${PROJECT_SOURCE_DIR}/scripts/make_arrow.sh" "${arrow_dir}" COMMENT "Fetching Apache Arrow")
    add_custom_target(arrow_files DEPENDS "${arrow_dir}/.made_by")
    add_dependencies(klay_beam_arrow arrow_files)
    target_include_directories(klay_beam_arrow SYSTEM PRIVATE "${arrow_dir}/include")
    target_link_directories(klay_beam_arrow PRIVATE "${arrow_dir}/lib")
    target_link_libraries(klay_beam_arrow PRIVATE -l:libarrow_s3.so.2600 -l:libarrow.so.2600)
    set_target_properties(klay_beam_arrow PROPERTIES BUILD_RPATH "${arrow_dir}/lib")
  endif()
endif()
