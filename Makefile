# `make replay` shows Berth at work, `make test` checks it. Both set the machine up first.

SWIFT   ?= swift
BERTH   := .build/release/berth
TRACE   ?= traces/smoke
# Where `make install` puts program and completions; DESTDIR stands before it, as packagers want it.
PREFIX  ?= /usr/local
DESTDIR ?=
# A processor level such as x86-64-v3 (AVX2) or x86-64-v4 (AVX-512); empty = code for any x86-64.
CPU     ?=
CPU_FLAGS := $(if $(CPU),-Xcc -march=$(CPU))
SOURCES := Package.swift $(shell find Sources -type f)
SWIFT_FILES := Package.swift Sources Tests examples/programs Benchmarks/Package.swift Benchmarks/Placement

.PHONY: always all replay build install uninstall package test pages bench gate baseline format lint setup clean help

all: build

help: ## This list.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

replay: build ## Replay a bundled trace (TRACE=traces/smoke) and print the report.
	@$(BERTH) replay $(TRACE)

build: $(BERTH) ## The release build of the command line tool (CPU=x86-64-v3 for AVX2).

# Make compares time stamps so that a second run starts without asking the package manager.
$(BERTH): $(SOURCES) .build/cpu | setup
	@$(SWIFT) build -c release --product berth $(CPU_FLAGS)
	@Scripts/stamp-revision.sh $(BERTH)
	@touch $(BERTH)

# Remembers what processor the binary is for, so that another CPU builds it anew.
.build/cpu: always
	@mkdir -p .build; [ "$$(cat $@ 2>/dev/null)" = "$(CPU_FLAGS)" ] && [ -f $@ ] || echo "$(CPU_FLAGS)" >$@

install: build ## Install the program and completions for bash, zsh and fish (PREFIX=/usr/local).
	@Scripts/stamp-revision.sh $(BERTH)
	@Scripts/install.sh install $(BERTH) "$(DESTDIR)$(PREFIX)"

uninstall: ## Remove what install put there.
	@Scripts/install.sh uninstall "$(DESTDIR)$(PREFIX)"

package: setup ## A stripped program that needs no Swift, a Debian package, an SBOM and checksums, into dist/.
	@Scripts/package.sh

# Measured decisions beside the checkout run through the release build, which is quick enough for all of them.
test: build ## All tests.
	@BERTH_RELEASE_BINARY=$(CURDIR)/$(BERTH) $(SWIFT) test --parallel

pages: build ## Run the commands that the pages and help show and compare their output.
	@Scripts/run-pages.py --help-examples $(if $(TEST_LOG),--test-log $(TEST_LOG))

bench: setup ## Measure every workload: time, exact checks and heap allocations an operation.
	@cd Benchmarks && $(SWIFT) package benchmark run --grouping metric --no-progress

gate: build ## Compare this build with the committed baseline: exact counts, decisions, quality, ratios of times.
	@mkdir -p reports; rm -f reports/gate.md reports/gate.xml reports/gate.json
	@$(BERTH) bench record --samples 6 --output reports/gate.json >/dev/null
	@$(BERTH) compare Benchmarks/baseline.json reports/gate.json --thresholds Benchmarks/thresholds.yaml \
		--markdown reports/gate.md --junit reports/gate.xml

baseline: build ## Record the baseline anew, after a change of counts or decisions that is meant.
	@$(BERTH) bench record --counts-only --output Benchmarks/baseline.json

format: ## Lay the sources out.
	@$(SWIFT) format -r -i $(SWIFT_FILES)

lint: ## Complain about layout, naming and imports that Package.swift does not declare.
	@$(SWIFT) format lint -r --strict $(SWIFT_FILES)
	@Scripts/imports.py

setup: ## Install the system libraries that are missing.
	@Scripts/setup.sh

clean: ## Remove what was built.
	@rm -rf .build
