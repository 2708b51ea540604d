# The commands of the project. Each is a thin name for a script or a CMake preset; `make example` and `make tests` do the
# whole set-up of a fresh Debian 12 machine themselves.
.PHONY: build
build:
	cmake --preset release
	cmake --build --preset release
