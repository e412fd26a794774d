# Everything a person does with this repository, by name. `make` prints the list.
#
# Needs GNU make, git and Python 3.11 or newer with its venv module; nothing else.
# Two knobs, for machines that differ:
#   PYTHON  the interpreter that makes .venv                      make setup PYTHON=python3.12
#   PIP     how packages are installed, run from this directory   make setup PIP="uv pip"

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP ?= $(BIN)/python -m pip
READY := $(VENV)/.ready
OUTSIDE_READY := $(VENV)/.outside
CLOUD := $(VENV)-cloud
CLOUD_READY := $(CLOUD)/.ready
VIEWER := bot/web/viewer
VIEWER_READY := $(VIEWER)/viewer.js
WORKERS ?= 2
# Slow tests wait about as long as they compute: for processes, timers and kills.
SLOW_WORKERS ?= 3
# Kept byte code: pytest else rewrites every assertion again in each worker.
PYTEST := env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest
# Hundreds of tests write a store each; in memory nobody waits for the disk, and only
# what failed is kept. What is killed loses nothing there that a disk would keep: that
# takes a machine's end. `make chaos` writes to the disk.
IN_MEMORY := $(shell [ -w /dev/shm ] && [ "$$(df -Pm /dev/shm | awk 'NR == 2 {print $$4}')" -ge 2048 ] \
	&& echo PYTEST_DEBUG_TEMPROOT=/dev/shm)
# What a file's tests share is made once, by one worker; `tests/conftest.py` has the long
# ones come first.
BY_FILE := --dist loadfile --no-loadscope-reorder
KEPT := -o tmp_path_retention_policy=failed
COOLDOWN ?= 1 week
UPGRADE ?=
BENCHES ?= intake ack log seal redact search gate

export PIP_DISABLE_PIP_VERSION_CHECK := 1

CHAOS := tests/story/test_flood.py tests/story/test_crash.py

.PHONY: help setup run test test-fast test-slow test-outside chaos mutants check docs bench \
	lock image-steps clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) $(CLOUD_READY) $(VIEWER_READY) ## make .venv with .venv/bin/tocsin in it, from the hash-locked list

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Tocsin needs Python 3.11 or newer; name one with: make setup PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	PYTHONWARNINGS=ignore $(PIP) install --quiet --no-deps --no-build-isolation -e .
	@# Without byte code every start is twice as slow, and PYTHONDONTWRITEBYTECODE
	@# or an installer other than pip may have left it out.
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m compileall -qq -j 0 $(VENV)/lib bot integrations || true
	@touch $@

$(OUTSIDE_READY): requirements-outside.lock $(READY)
	$(PIP) install --quiet --require-hashes -r requirements-outside.lock
	@touch $@

# The practice cloud's server pins other versions than ours: an environment of its own.
$(CLOUD_READY): requirements-cloud.lock | $(READY)
	$(PYTHON) -m venv $(CLOUD)
	$(CLOUD)/bin/python -m pip install --quiet --require-hashes -r requirements-cloud.lock
	@env -u PYTHONDONTWRITEBYTECODE $(CLOUD)/bin/python -m compileall -qq -j 0 $(CLOUD)/lib || true
	@touch $@

# The page of sealed diagnostics: npm's age-encryption and our source in one file.
$(VIEWER_READY): $(wildcard $(VIEWER)/*.mjs) $(VIEWER)/package-lock.json scripts/viewer.sh
	@PYTHON="$(PYTHON)" scripts/viewer.sh
	@touch $@

run: setup ## start the bot; without Slack tokens it opens the practice workspace
	@$(BIN)/tocsin run

test: setup ## the whole suite: fast, then slow
	@$(MAKE) test-fast
	@$(MAKE) test-slow
	@echo "Not run here, because they need Chromium, Go, age or Alertmanager: make test-outside."

test-fast: setup ## the tests that start no server
	@env $(IN_MEMORY) $(PYTEST) -n $(WORKERS) $(KEPT) --hypothesis-profile=glance -m "not slow and not outside"

test-slow: setup ## the tests that start servers, kill processes or search long
	@env $(IN_MEMORY) $(PYTEST) -n $(SLOW_WORKERS) $(KEPT) $(BY_FILE) --hypothesis-profile=thorough -m "(slow or hypothesis) and not outside"

chaos: setup ## the tests that pull the plug, as often as they can
	@TOCSIN_CHAOS=full $(PYTEST) -n $(WORKERS) --dist loadfile $(CHAOS)
	@TOCSIN_CHAOS=full $(PYTEST) -n 0 tests/chaos

mutants: setup ## change the gate's rules one by one: some test must notice each
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python scripts/mutants.py --jobs $(WORKERS)

test-outside: setup $(OUTSIDE_READY) ## the tests that need Debian packages (Chromium, age, Go, Alertmanager)
	@if grep -rqs --include='*.py' 'mark\.outside' tests; then $(PYTEST) -m outside; fi

check: setup ## format, lint, types, rooms, and whether the reference pages are up to date
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python scripts/reference.py --check

docs: setup ## write the reference pages again from the code
	$(BIN)/python scripts/reference.py

bench: setup ## print the measured figures, each beside its limit; BENCHES= picks
	@for name in $(BENCHES); do $(BIN)/tocsin bench $$name; done

lock: ## resolve the requirement lists again; UPGRADE=--upgrade takes newer versions
	@PYTHON="$(PYTHON)" COOLDOWN="$(COOLDOWN)" UPGRADE="$(UPGRADE)" scripts/lock.sh

image-steps: ## walk the Dockerfile's steps in a directory, where no image can be built
	@scripts/image-steps.sh

clean: ## remove caches and .venv; state in .tocsin stays
	rm -rf $(VENV) $(CLOUD) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache \
		.hypothesis .import_linter_cache
	rm -f $(VIEWER)/viewer.js $(VIEWER)/viewer-licences.txt
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
