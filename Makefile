# Everything from nothing: `make run` serves the sandbox, `make test` proves the code. `make help` lists the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Half of the tests wait for servers, so a few more workers than cores is right.
WORKERS ?= $(shell expr $$(nproc) + 1)
PYTEST := $(BIN)/python -m pytest
# The tests start a hundred processes: what Python compiled is kept for the next, also where the environment forbids it.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help install run test check lint types contracts compiled unit test-real bench docs lock system clean

help: ## What can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(VENV)/.made: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || scripts/system-packages python3-venv
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.made requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

install: $(VENV)/.dev ## The virtual environment, with what development needs

run: $(VENV)/.run ## Serve the shipped configuration on http://127.0.0.1:8080
	$(BIN)/statuspage serve

system: ## What the tests need from Debian: Chromium, PostgreSQL, Java, tinyproxy, npm
	@scripts/system-packages chromium postgresql default-jre-headless tinyproxy $$(command -v npm >/dev/null || echo npm)

test: $(VENV)/.made ## Everything that CI runs
	@$(MAKE) --no-print-directory -j2 install system
	@$(MAKE) --no-print-directory -j2 check compiled
	@$(MAKE) --no-print-directory unit

check: types lint contracts ## Lint, types, import contracts

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install
	$(BIN)/mypy

contracts: install
	$(BIN)/lint-imports

# Else each worker compiles every test at the same time.
compiled: install
	@$(PYTEST) --collect-only -qq >/dev/null

unit: install
	$(PYTEST) -n $(WORKERS) --dist worksteal $(if $(CI),,-m "not real")

test-real: install ## Against servers that nobody here wrote (slow)
	$(PYTEST) -m real

bench: install ## The measured claims
	$(BIN)/python -m benchmarks

docs: install ## Refresh the pictures in docs/
	$(BIN)/python -m benchmarks.pictures

lock: $(VENV)/.made ## Pin the dependencies again
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--custom-compile-command "make lock" pyproject.toml --group build -o requirements.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--custom-compile-command "make lock" -c requirements.lock pyproject.toml --group build --group dev -o requirements-dev.lock

clean: ## Remove what was made, not the data
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist out
