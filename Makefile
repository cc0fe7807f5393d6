# fleetgen. `make help` lists the targets. They write only to this folder (.venv, build) and to the tool cache.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= 2
AS_OF ?= 2026-11-24
TEST_TOOLS := kustomize conftest gator opa promtool regal
UV_VERSION := 0.13.9
LOCK := build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

.PHONY: help run test e2e rehearse-upgrades e2e-tools lint format unit bench bench-quick docs lock clean setup setup-run tools

help: ## list these targets
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)$$/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

run: setup-run ## set up, then render, gate and commit the example fleet in a throwaway clone (build/run)
	@tools/run-example.sh "$(AS_OF)"

test: setup tools lint ## set up, then lint and run all tests except e2e
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile tests/unit tests/property tests/golden tests/contract

e2e: setup tools e2e-tools ## rehearse sites with the real control plane, Argo CD and Gatekeeper
	@$(BIN)/python -m pytest -q tests/e2e --ignore=tests/e2e/test_upgrades.py

rehearse-upgrades: setup tools e2e-tools ## rehearse an upgrade that brings new fields of custom resources (about 6 minutes)
	@$(BIN)/python -m pytest -q tests/e2e/test_upgrades.py

unit: setup ## run only the tests that start no process
	@$(BIN)/python -m pytest -q tests/unit tests/property tests/golden

lint: setup ## run ruff and mypy, and check the import rules
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo --cache-dir build/cache/imports

format: setup ## format the code
	@$(BIN)/ruff check --quiet --fix
	@$(BIN)/ruff format --quiet

bench: setup ## measure fleets of up to 10,000 clusters and write docs/benchmarks.md (about an hour)
	@$(BIN)/python -m tools.bench

bench-quick: setup ## measure fleets of 30 and 300 clusters once (under 2 minutes)
	@$(BIN)/python -m tools.bench --quick

docs: setup ## regenerate docs/reference from the code
	@$(BIN)/python -m tools.reference docs/reference

setup: ## create .venv with everything for development
	@$(call python_is_new_enough)
	@$(PYTHON) tools/setup_venv.py dev

setup-run:
	@$(call python_is_new_enough)
	@$(PYTHON) tools/setup_venv.py run

tools: setup ## build the pinned tools that the tests need, if they are missing
	@$(BIN)/python -m fleetgen.tools.install $(TEST_TOOLS)

e2e-tools: setup ## build the pinned tools for rehearsals, if they are missing (about 10 minutes)
	@$(BIN)/python -m fleetgen.tools.install --rehearse

lock: ## regenerate requirements/*.txt from pyproject.toml and *.in
	@test -x build/lock/bin/uv || { $(PYTHON) -m venv build/lock && build/lock/bin/pip install --quiet uv==$(UV_VERSION); }
	@$(LOCK) pyproject.toml -o requirements/run.txt
	@$(LOCK) pyproject.toml --group dev -c requirements/run.txt -o requirements/dev.txt
	@$(LOCK) requirements/build.in -c requirements/dev.txt -o requirements/build.txt
	@$(LOCK) requirements/go.in -o requirements/go.txt

clean: ## remove everything that make created in this folder (not the tool cache)
	rm -rf build .venv .hypothesis dist
	find generator tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

define python_is_new_enough
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
  || { echo "error: $(PYTHON) is missing or older than 3.11" >&2; echo "  fix: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 3; }
endef
