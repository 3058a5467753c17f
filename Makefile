# `make run` and `make test` need Python 3.11 or later, make and a package index; each installs what it needs
# into .venv the first time and starts at once afterwards.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help build run simulate test test-oldest test-newest test-compiled wheels fuzz soak format schema lock clean
.DEFAULT_GOAL := help

help:
	@echo 'make run    [SOURCE=demo|bluesky|FILE|-] [RATE=events/s] [DURATION=s] [ONCE=1] [REPEAT=n]'
	@echo '            [REPORT=file.json] [PORT=8080] [ARCHIVE=1] [SIGN_IN=1] [RUNTIME=artifact]   run the whole pipeline on this machine'
	@echo 'make simulate [SEEDS=n] [SEED=k] [FAULTS=names] [JOBS=n]   run the pipeline in simulated worlds, faults and all'
	@echo 'make test   format, lint, types, import directions, template, unit, integration and browser tests'
	@echo 'make test-oldest, make test-newest   the SDK with the oldest and the newest of what it depends on'
	@echo 'make test-compiled   the SDK compiled for this machine, instead of interpreted'
	@echo 'make build  the package of each function, for Lambda and for this machine, into .build/artifacts/'
	@echo 'make wheels the SDK for a package index, into dist/: source, for every machine, compiled for this one'
	@echo 'make fuzz   minutes of arbitrary events and configurations of the producer, instead of seconds'
	@echo 'make bench  [ARGS="producer --rounds 30 --no-memory --json"]   measure what it costs, next to others'
	@echo 'make scan   policies of the templates by checkov, the workflows by their schema and by zizmor'
	@echo 'make audit  known vulnerabilities of the locked versions; asks pypi.org'
	@echo 'make soak   minutes of a stream that is down, of hostile records, of simulated worlds and of killed processes'
	@echo 'make format rewrite the code as the formatter wants it'
	@echo 'make schema write the JSON Schema of the event anew'
	@echo 'make lock   resolve requirements/*.txt anew from pyproject.toml'
	@echo 'make clean  remove what the other targets made'

# A locked set is installed once; its stamp is older than its lock when the lock has changed.
define install
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo 'Penstock needs Python 3.11 or later as "$(PYTHON)"; say PYTHON=python3.12, for instance.' >&2; exit 1; }
	@test -x $(BIN)/pip || { echo 'Creating $(VENV) …'; $(PYTHON) -m venv --clear $(VENV); }
	@echo 'Installing $< (once; a minute or two) …'
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e producer -e .
	@touch $@
endef

$(VENV)/installed-local: requirements/local.txt pyproject.toml producer/pyproject.toml
	$(install)

$(VENV)/installed-test: requirements/test.txt pyproject.toml producer/pyproject.toml
	$(install)
	@touch $(VENV)/installed-local

# The shell, not make, expands the arguments, so that a file name may hold any character, a dollar sign too.
override SOURCE := $(value SOURCE)
override REPORT := $(value REPORT)
export SOURCE RATE DURATION ONCE REPEAT REPORT PORT RUNTIME SEEDS SEED FAULTS JOBS

run: $(VENV)/installed-local
	@$(if $(filter artifact,$(RUNTIME)),$(BIN)/python -m artifacts build --target host)
	@$(BIN)/python -m local run \
		$${SOURCE:+--source "$$SOURCE"} $${RATE:+--rate "$$RATE"} $${DURATION:+--duration "$$DURATION"} \
		$(if $(filter-out 0,$(ONCE)),--once) $${REPEAT:+--repeat "$$REPEAT"} $${REPORT:+--report "$$REPORT"} \
		$${PORT:+--port "$$PORT"} $(if $(filter-out 0,$(ARCHIVE)),--parameter Archive=true) \
		$(if $(filter-out 0,$(SIGN_IN)),--sign-in) $${RUNTIME:+--runtime "$$RUNTIME"}

# The command's own status is 0, 1, 2 or 130; make turns any failure into 2.
simulate: $(VENV)/installed-test
	@$(BIN)/python -m simulation $${SEEDS:+--seeds "$$SEEDS"} $${SEED:+--seed "$$SEED"} $${FAULTS:+--faults "$$FAULTS"} \
		$${JOBS:+--jobs "$$JOBS"}

test: $(VENV)/installed-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/cfn-lint template.yaml delivery/*.yaml
	$(BIN)/pytest

# The SDK's own tests with the oldest versions that producer/pyproject.toml allows, which are locked, and with whatever
# is newest today.
SDK_TESTS := tests/unit/penstock tests/integration/test_producer*.py -m 'not slow' -p no:cacheprovider
OLDEST := .build/oldest
NEWEST := .build/newest

$(OLDEST)/installed: requirements/oldest.txt producer/pyproject.toml
	@echo 'Installing $< (once; a minute) …'
	$(PYTHON) -m venv --clear $(OLDEST)
	$(OLDEST)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	$(OLDEST)/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e producer
	@touch $@

test-oldest: $(OLDEST)/installed
	$(OLDEST)/bin/python -m pytest $(SDK_TESTS)

test-newest: $(VENV)/installed-test
	@$(BIN)/pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv venv --quiet --clear --python $(PYTHON) $(NEWEST)
	$(BIN)/uv pip install --quiet --python $(NEWEST) --upgrade --group sdk-test -e 'producer[cli,bluesky,fast,opentelemetry]'
	$(NEWEST)/bin/python -m pytest $(SDK_TESTS)

# The SDK's core as machine code, by mypyc: the same source. It is made in a copy, since mypyc leaves its libraries beside
# the source, where Python would prefer them to it.
COMPILE := .build/compile-$(notdir $(PYTHON))
SDK_SOURCE := $(shell find producer ! -name '__pycache__' ! -name '*.pyc')

$(COMPILE)/installed: requirements/compile.txt
	$(PYTHON) -m venv --clear $(COMPILE)
	$(COMPILE)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.build/wheels/built: $(COMPILE)/installed $(SDK_SOURCE)
	@echo '#include <Python.h>' | $${CC:-cc} -fsyntax-only -x c - \
		-I"$$($(COMPILE)/bin/python -c 'import sysconfig; print(sysconfig.get_path("include"))')" 2>/dev/null || { \
		echo 'Compiling needs a C compiler as "cc" and the headers of $(PYTHON) (Debian: gcc, python3-dev).' >&2; exit 1; }
	@echo 'Compiling the SDK (a minute or two) …'
	@rm -rf .build/wheels && mkdir -p .build/wheels && cp -R producer .build/wheels/source
	@cd .build/wheels/source && export PATH="$(CURDIR)/$(COMPILE)/bin:$$PATH" && { \
		hatchling build -d ../dist && \
		CFLAGS=-g0 HATCH_BUILD_HOOK_ENABLE_MYPYC=1 hatchling build -t wheel -d ../compiled; } >../log 2>&1 || { \
		tail -n 40 ../log >&2; exit 1; }
	@rm -rf .build/wheels/source
	@touch $@

wheels: .build/wheels/built
	@rm -rf dist && mkdir dist && cp .build/wheels/dist/* .build/wheels/compiled/* dist/ && ls -l dist

COMPILED := .build/compiled

$(COMPILED)/installed: requirements/test.txt .build/wheels/built
	@test -x $(COMPILED)/bin/pip || $(PYTHON) -m venv $(COMPILED)
	$(COMPILED)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	$(COMPILED)/bin/pip install --quiet --disable-pip-version-check --no-deps --force-reinstall .build/wheels/compiled/*.whl
	@touch $@

test-compiled: $(COMPILED)/installed
	@$(COMPILED)/bin/python -c 'from penstock.compiled import COMPILED; assert COMPILED, "the wheel is not compiled"'
	$(COMPILED)/bin/python -m pytest $(SDK_TESTS)

# Several minutes of arbitrary events, configurations and aggregates; a failure is a complete report.
fuzz: $(VENV)/installed-test
	$(BIN)/pytest --hypothesis-profile=fuzz --timeout=0 tests/unit/penstock/test_fuzz.py tests/unit/penstock/aggregation

# What is measured against has needs of its own, so it has an environment of its own.
BENCH := .build/bench

$(BENCH)/installed: requirements/bench.txt pyproject.toml .build/wheels/built
	@test -x $(BENCH)/bin/pip || $(PYTHON) -m venv --clear $(BENCH)
	@echo 'Installing $< (once; a minute or two) …'
	@$(BENCH)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@$(BENCH)/bin/pip install --quiet --disable-pip-version-check --no-deps --force-reinstall .build/wheels/compiled/*.whl
	@touch $@

.PHONY: bench
bench: $(BENCH)/installed
	@$(if $(filter-out 0,$(INTERPRETED)),PYTHONPATH=producer) $(BENCH)/bin/python -m tests.benchmarks $(ARGS)

# What others know to look for, in the templates as CloudFormation would make them and in the workflows: each with an
# environment of its own, since they pin libraries that the tests have in other versions.
SCAN := .build/scan
AUDIT := .build/audit

$(SCAN)/installed $(AUDIT)/installed: $(VENV)/installed-test
$(SCAN)/installed $(AUDIT)/installed: .build/%/installed: requirements/%.txt
	@echo 'Installing $< (once; a minute) …'
	@$(PYTHON) -m venv --clear $(@D)
	@$(@D)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.PHONY: scan audit
scan: $(SCAN)/installed
	$(BIN)/python -m tests.policy_scan $(SCAN)/bin/checkov
	$(SCAN)/bin/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(SCAN)/bin/zizmor --offline --quiet .github/workflows

# It asks pypi.org, so it needs the internet, and a package index besides.
audit: $(AUDIT)/installed
	@for lock in $(sort $(wildcard requirements/*.txt)); do echo "$$lock"; \
		$(AUDIT)/bin/pip-audit --disable-pip --require-hashes --progress-spinner off -r $$lock || failed=1; \
	done; exit $${failed:-0}

# A minute of a stream that is down, at full speed, instead of seconds, and how much memory that took; a million hostile
# records instead of 20,000; 5,000 requests of the API instead of 300; more simulated worlds, of which a failing seed is
# a complete report; and a longer chaos run.
soak: $(VENV)/installed-test
	SOAK_SECONDS=60 $(BIN)/pytest -s tests/integration/test_producer_memory.py
	FUZZ_RECORDS=1000000 $(BIN)/pytest --timeout=0 tests/unit/consumers/ingest/test_fuzz.py
	API_CASES=5000 $(BIN)/pytest --timeout=0 tests/integration/test_any_request.py
	SIMULATIONS=200 $(BIN)/pytest --timeout=0 tests/simulation/test_teeth.py
	$(BIN)/python -m simulation --seeds 2000
	CHAOS_ROUNDS=150 $(BIN)/pytest -s tests/integration/test_chaos.py

schema: $(VENV)/installed-local
	$(BIN)/python -c 'import json; from penstock import SocialEvent; print(json.dumps(SocialEvent.json_schema(), indent=2))' \
		> producer/penstock/social-event.schema.json

format: $(VENV)/installed-test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# One lock: every set but that of the benchmarks takes its versions from that of the tests. It names no index, so each
# user's own serves it. The sets of this machine are universal, for every Python and platform; those of the functions are
# for Lambda's alone, since pip judges markers by the machine it runs on.
LOCK = $(BIN)/uv pip compile --quiet --generate-hashes --no-header
LOCK_HERE = $(LOCK) --universal --python-version 3.11
LOCK_LAMBDA = $(LOCK) --python-platform aarch64-manylinux_2_28 --python-version 3.14 \
	$(addprefix --no-emit-package ,$(OF_RUNTIME))
# Lambda's runtime has these, as boto3 and what it needs; the X-Ray SDK asks for botocore, of 16 MB.
OF_RUNTIME := botocore python-dateutil six urllib3

lock: $(VENV)/installed-test
	@$(BIN)/pip install --quiet --disable-pip-version-check uv
	$(LOCK_HERE) --group test -o requirements/test.txt
	$(LOCK_HERE) --group sdk-test --all-extras producer/pyproject.toml --resolution lowest-direct --no-annotate \
		-o requirements/oldest.txt
	$(LOCK_HERE) --group local -c requirements/test.txt --no-annotate -o requirements/local.txt
	$(LOCK_HERE) --group bench -o requirements/bench.txt
	$(LOCK_HERE) --group scan --no-annotate -o requirements/scan.txt
	$(LOCK_HERE) --group audit --no-annotate -o requirements/audit.txt
	$(LOCK_HERE) --group compile -c requirements/test.txt --no-annotate -o requirements/compile.txt
	$(LOCK_HERE) --group runtime -c requirements/test.txt --no-annotate -o requirements/runtime.txt
	for group in archive ingest rollup reporting; do \
		$(LOCK_LAMBDA) --group $$group -c requirements/test.txt --no-annotate -o requirements/$$group.txt || exit 1; done

# Each function's package, for Lambda and for this machine, into .build/artifacts; what has not changed stays.
build: $(VENV)/installed-local
	@$(BIN)/python -m artifacts build

# What `sam build` runs for each function (BuildMethod: makefile): build- and the function's logical id.
build-%: $(VENV)/installed-local
	@$(BIN)/python -m artifacts package '$*' --into '$(ARTIFACTS_DIR)'

clean:
	rm -rf $(VENV) .build dist .aws-sam .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
