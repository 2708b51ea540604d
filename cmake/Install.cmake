# cmake --install: headers, the two static libraries, the program, and the package that find_package(KlayBeam) reads.
include(CMakePackageConfigHelpers)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/KlayBeam")

install(TARGETS beam klay EXPORT KlayBeamTargets ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(EXPORT KlayBeamTargets NAMESPACE KlayBeam:: DESTINATION "${package_dir}")
string(REPLACE ";" "|" internal_folders "${INTERNAL_LAYERS}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/beam" "${PROJECT_SOURCE_DIR}/klay" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
        FILES_MATCHING PATTERN "*.h" REGEX "_test_util[.]h$|/(base|coder|model|transforms|io)/test_[^/]*[.]h$|/(${internal_folders})$" EXCLUDE)
install(TARGETS klay-beam RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")

# The library for object stores, with Arrow's own beside it. Programs find it by their run path; klay-beam looks beside
# itself first.
if(KLAY_BEAM_ARROW)
  install(TARGETS klay_beam_arrow LIBRARY DESTINATION "${KLAY_BEAM_ARROW_DIR}" COMPONENT stores)
  if(NOT Arrow_FOUND)
    install(DIRECTORY "${arrow_dir}/lib/" DESTINATION "${KLAY_BEAM_ARROW_DIR}" COMPONENT stores
            FILES_MATCHING PATTERN "*.so.*"
            PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
  endif()
endif()
file(RELATIVE_PATH arrow_from_bin "/${CMAKE_INSTALL_BINDIR}" "/${KLAY_BEAM_ARROW_DIR}")
set_target_properties(klay-beam PROPERTIES INSTALL_RPATH "$ORIGIN;$ORIGIN/${arrow_from_bin}")

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/KlayBeamConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/KlayBeamConfig.cmake" INSTALL_DESTINATION "${package_dir}"
  PATH_VARS KLAY_BEAM_ARROW_DIR)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/KlayBeamConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/KlayBeamConfig.cmake" "${PROJECT_BINARY_DIR}/KlayBeamConfigVersion.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/KlayBeamDependencies.cmake" DESTINATION "${package_dir}")
