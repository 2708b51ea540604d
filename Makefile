# The commands of the project, thin names for scripts and CMake presets. `make example` and `make tests` do the whole
# set-up of a fresh Debian 12 machine themselves (it needs only make, and sudo where not root).
.PHONY: help setup build example tests code-style format type-check sanitize fuzz bench install container \
        container-cuda push clean

help:
	@echo 'make example     set up, build, and decode real music with the example pipeline'
	@echo 'make tests       set up, then style and the tests: with GCC, and with Clang under two sanitizers'
	@echo 'make build       the program build/release/klay-beam and the libraries'
	@echo 'make bench       the benchmarks, with the programs they are compared to'
	@echo 'make code-style  formatting, layer table, names   (make format mends the formatting)'
	@echo 'make type-check  clang-tidy'
	@echo 'make sanitize    the tests under the address, undefined-behaviour and thread sanitizers'
	@echo 'make fuzz        every fuzzer for FUZZ_SECONDS=60'
	@echo 'make container   the image of a worker, IMAGE=REGISTRY/NAME:VERSION; with docker, podman or buildah;'
	@echo '                 STORES=s3,abfs for stores besides gs:// and hdfs://'
	@echo 'make container-cuda the image with ONNX Runtime and CUDA, IMAGE=..., on the plain one, WORKER=...'
	@echo 'make push        sends IMAGE=... to its registry'
	@echo 'make install     into PREFIX=/usr/local, for find_package(KlayBeam)'

setup:
	scripts/setup.sh

build:
	cmake --preset release -DKLAY_BEAM_WERROR=ON
	cmake --build --preset release

example: setup
	cmake --preset release -DKLAY_BEAM_WERROR=ON
	cmake --build --preset release --target klay-beam
	scripts/example.sh

tests: setup code-style
	scripts/run_tests.sh release debug

code-style:
	scripts/code_style.sh

format:
	scripts/code_style.sh --fix

type-check: setup
	scripts/type_check.sh

sanitize: setup
	scripts/run_tests.sh debug tsan

fuzz: setup
	scripts/fuzz.sh

bench:
	scripts/setup.sh bench/packages.txt
	bench/run.sh

install: build
	cmake --install build/release --prefix "$(or $(PREFIX),/usr/local)"

container:
	containers/image.sh build "$(IMAGE)" "$(STORES)"

container-cuda:
	containers/image.sh cuda "$(IMAGE)" "$(WORKER)"

push:
	containers/image.sh push "$(IMAGE)"

clean:
	rm -rf build
