# Every task there is. `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help

help:  ## list these tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# A stamp per lock file: what is installed already costs nothing.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Rollcall needs Python 3.11 or newer; name one with make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "The virtual environment could not be made (Debian: apt-get install python3-venv)."; exit 1; }

$(VENV)/run.stamp: requirements/run.txt | $(BIN)/python
	@echo "Installing what Rollcall needs ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/run.txt
	@touch $@

$(VENV)/assets.stamp: requirements/assets.txt | $(BIN)/python
	@rm -rf $(VENV)/assets
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps --target $(VENV)/assets -r requirements/assets.txt
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/assets.stamp | $(BIN)/python
	@echo "Installing what tests and checks need ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.txt
	@touch $@ $(VENV)/run.stamp

setup: $(VENV)/run.stamp $(VENV)/assets.stamp  ## install what running needs

run: setup  ## install, migrate, build and serve on http://127.0.0.1:8000
	@exec $(BIN)/flask serve

test: $(VENV)/dev.stamp  ## run every test
	@$(BIN)/python -m pytest -n 2 -q -rs -m "not postgresql and not browser" --cov --cov-report=term --cov-fail-under=95
	@$(BIN)/coverage report --include='scim/*' --fail-under=100 --format=total >/dev/null || \
	  { echo "scim/ must be covered completely: make test says which lines are not."; exit 1; }
	@$(BIN)/python -m pytest -n 2 -q -rs -m "postgresql or browser"

test-fast: $(VENV)/dev.stamp  ## run the tests without PostgreSQL and browser
	@$(BIN)/python -m pytest -n 2 -q -m "not postgresql and not browser"

check: $(VENV)/dev.stamp  ## lint, types, import contracts, spelling, templates
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/djlint --check --lint templates
	@$(BIN)/codespell

fix: $(VENV)/dev.stamp  ## format, and mend what can be mended
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/djlint --quiet --reformat templates

bench: $(VENV)/dev.stamp  ## measure the figures in docs/reference/figures.md
	@$(BIN)/python -m benchmarks

pictures: $(VENV)/dev.stamp  ## take the pictures in docs/pictures again
	@$(BIN)/python -m tests.browser.pictures

audit: $(VENV)/dev.stamp  ## look for known faults in the dependencies
	@$(BIN)/pip-audit --require-hashes --disable-pip -r requirements/run.txt

lock: $(VENV)/dev.stamp  ## write the lock files from pyproject.toml
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml -o requirements/run.txt
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml --group dev -o requirements/dev.txt
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --no-deps --group pyproject.toml:assets -o requirements/assets.txt

.PHONY: help setup run test test-fast check fix bench pictures audit lock
