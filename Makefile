# Verbs (make help lists them):
#   run build test bench bench-runner bench-engine bench-grid bench-audit figures locks audit check-neon check-kills check-faults check-power check-gc check-mutations check-figures
#   check-verify check-regimes check-sharpness check-ro-crate install lint format clean help

SHELL := /bin/bash
PIPELINE := .build/release/pipeline
# Figures 1, 6 and D.1 need images: PIPELINE_DATA is the folder in which they lie.
FIGURES := $(if $(PIPELINE_DATA),fig1 figD1 fig6) fig2 fig3 fig4 fig5 fig7 table1 uv-fit uv-phase-diagram
PROFILE ?=
# As many tests at once as there are cores: more would only keep those waiting that watch a program at work.
SWIFT_TEST := swift test -c release --skip-build --disable-xctest --experimental-maximum-parallelization-width $$(nproc)
PREFIX ?= /usr/local

.DEFAULT_GOAL := run
.PHONY: run build test bench bench-runner bench-engine bench-grid bench-audit figures locks audit check-neon check-kills check-faults check-power check-gc check-mutations check-figures check-verify check-regimes check-sharpness check-ro-crate install lint format clean help system test-system swift

run: build ## build, draw figure 3 and say where it is (the default)
	@$(PIPELINE) run fig3.yaml
	@echo
	@echo "The pictures of figure 3:"
	@ls artifacts/figures/fig3/*.pdf artifacts/figures/fig3/*.svg artifacts/figures/fig3/*.png

build: system swift ## build the program: .build/release/pipeline
	@swift build -c release --product pipeline

test: test-system swift ## install what the tests need, run them all, and list at the end what failed
	@swift build -c release --build-tests
	@set -o pipefail; $(SWIFT_TEST) 2>&1 | tee .build/test.log \
	  || { echo; echo "What failed (the whole output is in .build/test.log):"; grep -a '✘' .build/test.log; exit 1; }

figures: build ## make every figure; with PROFILE=quick the quick ones, against artifacts/locks/, and audit the store
	@for figure in $(FIGURES); do $(PIPELINE) run $$figure $(if $(PROFILE),--profile $(PROFILE)) $(if $(filter quick,$(PROFILE)),--locked) || exit; done
	@$(if $(filter quick,$(PROFILE)),$(MAKE) --no-print-directory audit)

locks: build ## accept the results of the quick figures as they are now: artifacts/locks/
	@for figure in $(FIGURES); do $(PIPELINE) run $$figure --profile quick --update-lock --quiet || exit; done

audit: build ## go through all that answers for the results of the figures; AUDIT="--format junit --output audit.xml"
	@$(PIPELINE) audit $(AUDIT)

check-figures: build ## make every figure twice, at other paths and with other workers, and compare all bytes
	@scripts/check-figures $(PIPELINE) pipelines $(FIGURES)

check-verify: build ## make the quick figures again with 1 and 2 workers and each instruction set, and compare
	@scripts/check-verify $(PIPELINE) $(FIGURES)

check-ro-crate: build ## hold the crates of the quick figures against their profile (installs roc-validator into .build/peers)
	@for figure in $(FIGURES); do $(PIPELINE) run $$figure --profile quick --quiet || exit; done
	@PROFILE=quick scripts/check-ro-crate $(PIPELINE) $(FIGURES)

check-kills: build ## kill runs at 500 random moments, half of them beside gc and audit, and check that the next run goes on
	@scripts/check-kills $(PIPELINE) $(or $(COUNT),500) $(SEED)

check-power: build ## cut the power at 50 random moments of runs, publishing and gc, and check what is left (as root)
	@scripts/check-power $(PIPELINE) $(if $(COUNT),--count $(COUNT)) $(if $(SEED),--seed $(SEED))

check-faults: build ## let each call on a file of a run, an audit and a gc fail once, and check what is left (COUNT=60 draws so many)
	@scripts/check-faults $(PIPELINE) $(if $(COUNT),--count $(COUNT)) $(if $(SEED),--seed $(SEED))

check-gc: test-system swift ## try a million histories of runs, edits, upgrades, crashes and garbage collections (COUNT=10000 tries fewer)
	@swift build -c release --build-tests
	@GC_HISTORIES=$(or $(COUNT),1000000) $(SWIFT_TEST) --filter 'GarbageCollectionModelTests|GarbageLookTests|GCCommandTests'

check-mutations: test-system swift ## read 100,000 pipeline files and 500 artifacts that were damaged at random
	@swift build -c release --build-tests
	@MUTATIONS=100000 $(SWIFT_TEST) --filter 'MutationTests|HostileFileTests'

bench: build ## time the UV sweep beside JAX on this machine (installs JAX into .build/peers)
	@swift build -c release --product benchmark
	@scripts/bench-uv-sweep .build/release/benchmark

bench-runner: build ## time the runner beside ninja, doit, Snakemake and DVC (installs them into .build/peers)
	@scripts/bench-runner $(PIPELINE) $(SIZES)

bench-audit: build ## time the audit of 10,000 objects of 100 kB beside sha256sum
	@scripts/bench-audit $(PIPELINE)

bench-grid: build ## time a phase diagram's small networks beside JAX (installs it into .build/peers)
	@scripts/bench-grid $(PIPELINE)

bench-engine: swift ## time the engine beside OpenBLAS, MKL, JAX and PyTorch (installs them into .build/peers)
	@swift build -c release --product matrix-benchmark
	@swift build -c release --product training-benchmark
	@scripts/bench-engine .build/release

check-regimes: build ## compare the regimes of 25 training runs with those of an independent program
	@/usr/bin/python3 scripts/check-regimes $(PIPELINE)

check-sharpness: test-system swift ## compare 100,000 measured sharpnesses with LAPACK's eigenvalues (ROUNDS=1 takes 15,000)
	@swift build -c release --product sharpness-check
	@/usr/bin/python3 scripts/check-sharpness .build/release/sharpness-check $(ROUNDS)

check-neon: swift ## run the kernels for 64-bit Arm under QEMU and compare their bits with this processor's
	@scripts/install-packages gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static
	@scripts/check-neon

install: system swift ## install the program into PREFIX (default /usr/local); it needs no Swift afterwards
	@swift build -c release --product pipeline --static-swift-stdlib --scratch-path .build-install
	@install -d $(DESTDIR)$(PREFIX)/bin
	@install -m 755 .build-install/release/pipeline $(DESTDIR)$(PREFIX)/bin/pipeline
	@echo "installed $(DESTDIR)$(PREFIX)/bin/pipeline"

lint: swift ## check the layout of the sources
	@swift format lint --strict --recursive Sources Tests Plugins Benchmarks Package.swift

format: swift ## lay the sources out
	@swift format --in-place --recursive Sources Tests Plugins Benchmarks Package.swift

clean: ## remove what the build made; results in artifacts/ stay
	@rm -rf .build .build-install

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

system:
	@scripts/install-packages libyaml-dev libhdf5-dev zlib1g-dev gnuplot-nox pkg-config curl

test-system: system
	@scripts/install-packages hdf5-tools python3-h5py python3-xarray python3-h5netcdf python3-jsonschema python3-yaml poppler-utils librsvg2-bin bubblewrap openssl python3-cryptography git chromium python3-selenium chromium-driver tidy

swift:
	@command -v swift >/dev/null || { \
	  echo "Swift 6 is missing. This installs it (see swift.org/install):"; \
	  echo '  curl -O https://download.swift.org/swiftly/linux/swiftly-$$(uname -m).tar.gz && tar zxf swiftly-$$(uname -m).tar.gz && ./swiftly init'; \
	  exit 1; }
