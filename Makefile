# Seisbus: every target makes what it needs; `make help` lists them.
# Quick when nothing changed: stamp files in .venv remember what was installed and built.

# 3.11 is what the pinned versions were tested on; a newer one does where it is missing
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PYTHONS ?= $(foreach minor,11 12 13 14,$(shell command -v python3.$(minor)))
SEISBUS_TEST_DATA ?= ../shared/data
export SEISBUS_TEST_DATA

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
LOCK := requirements/lock.txt
CYTHON := $(shell find libseis/libseis -name '*.pyx' -o -name '*.pxd')
PYTEST := $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.PHONY: help venv install demo up test test-long test-compose soak baselines docs bench bench-quick format clean \
	test-matrix dist try-wheels \
	check check-deploy check-style check-types check-cython check-protos check-imports

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: install  ## the whole stack on this machine, a day of a local archive, a picture
	$(BIN)/seisbus demo

up: install  ## the whole stack in the foreground, for your own jobs
	$(BIN)/seisbus up

test: install  ## all tests but the long ones
	$(PYTEST) -n 2 --dist loadscope -m "not long and not compose"

test-long: install  ## the tests that take minutes: random kills, large plans
	$(PYTEST) -m long --timeout 3600

# SOAK="--minutes 120 --seed 7" for another length, or a run again
soak: install  ## half an hour of jobs that are killed, cancelled, retried and purged at random, all checked
	PYTHONPATH=tests $(BIN)/python -m soak $(SOAK)

test-compose: install  ## docker-compose.yml as a user runs it: up, a job, scaled, killed, restarted; needs an engine
	@found=$$(deploy/docker/engine .engine) || { echo "test-compose is skipped: see the word above"; exit 0; }; \
	eval "$$found"; $(PYTEST) tests/compose -m compose -s; status=$$?; \
	[ -z "$${SEISBUS_ENGINE_PID:-}" ] || kill "$$SEISBUS_ENGINE_PID"; exit $$status

test-matrix:  ## the unit tests on each Python from 3.11 to 3.14 that this machine has
	deploy/test-matrix

dist: install  ## sdists and wheels of both distributions, and the README word for word with nothing but these
	$(BIN)/python deploy/dist build dist
	$(BIN)/python deploy/dist try dist

try-wheels: install  ## `make dist` for PYTHONS="python3.12 /path/python3.13", by default each that this machine has
	$(BIN)/python deploy/dist build dist
	for python in $(PYTHONS); do $(BIN)/python deploy/dist try dist --python "$$python" || exit 1; done

baselines: install  ## draw the pictures that tests compare with again; look at each before you commit it
	SEISBUS_WRITE_BASELINES=yes $(PYTEST) tests/unit/client/test_baselines.py -q -k as_it_was_kept

docs: install $(VENV)/.docs  ## the site of the documents, in docs/_build; every warning is an error
	$(BIN)/python docs/build

$(VENV)/.docs: $(VENV)/.installed
	$(BIN)/python requirements/select docs >$(VENV)/docs.txt
	$(PIP) install --quiet --require-hashes --requirement $(VENV)/docs.txt
	@touch $@

bench: install  ## this pipeline beside the plain loop, as ratios
	$(BIN)/python -m tests.benchmarks

bench-quick: install  ## the ratios that matter beside those of the last release, under three minutes
	$(BIN)/python -m tests.benchmarks.quick

check: install  ## ruff, mypy --strict, cython-lint, buf lint, import contracts
	@$(MAKE) --no-print-directory --keep-going check-style check-types check-cython check-protos check-imports check-deploy

check-style:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

check-types:
	$(BIN)/mypy --strict libseis/libseis services/seisbus

check-cython:  # which calls pycodestyle by name
	PATH="$(CURDIR)/$(BIN):$$PATH" cython-lint $(CYTHON)

check-protos:
	$(BIN)/buf lint protos
	$(BIN)/python protos/generate --check

check-imports:
	$(BIN)/lint-imports

check-deploy:  # no secrets in what git keeps; advisories on what the images install
	$(BIN)/python deploy/scan-secrets
	$(BIN)/python deploy/audit-requirements

format: install  ## put the code in the form that check wants
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

venv: $(VENV)/.made  ## the virtual environment, without packages

install: $(VENV)/.built  ## both distributions, editable, with the servers and the tools

$(VENV)/.made:
	$(PYTHON) -m venv $(VENV)
	@touch $@

# --no-build-isolation: see the group `build` in pyproject.toml
$(VENV)/.installed: $(VENV)/.made $(LOCK) libseis/pyproject.toml libseis/setup.py libseis/VERSION services/pyproject.toml
	$(BIN)/python requirements/select build check test release all >$(VENV)/requirements.txt
	$(PIP) install --quiet --require-hashes --requirement $(VENV)/requirements.txt
	$(PIP) install --quiet --no-deps --no-build-isolation --editable libseis --editable services
	@touch $@

# the installation compiles, too; this is for what changed since
$(VENV)/.built: $(VENV)/.installed $(CYTHON)
	cd libseis && ../$(BIN)/python setup.py --quiet build_ext --inplace --parallel 2
	@touch $@

clean:  ## remove the environment, what was built and the stack's data
	rm -rf $(VENV) .seisbus .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	rm -rf dist .matrix docs/_build docs/pictures docs/reference/made libseis/build libseis/*.egg-info services/build services/*.egg-info
	find libseis/libseis \( -name '*.so' -o -name '*.c' -o -name '*.html' \) -delete
	find libseis services tests protos -name __pycache__ -type d -prune -exec rm -rf {} +
