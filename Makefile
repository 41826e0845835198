# make setup | run | demo | test | lint | bench   (make lock after a change of pyproject.toml)

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
export HF_HUB_DISABLE_TELEMETRY = 1
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: setup run demo test unit lint format bench lock clean

setup: $(VENV)/ready ## a virtual environment with everything, exactly as locked

$(VENV)/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Reprise needs Python 3.11 or newer: make PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -m pip check
	touch $@

run: setup ## the product: prints the studio's address and opens it in your browser
	$(BIN)/reprise serve --config config.toml --open

demo: setup ## the whole loop, unattended, in under three minutes
	$(BIN)/python -m studio.demo

test: lint ## everything that CI runs, a file at a time on each of up to four cores
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

unit: setup ## the tests that take seconds
	$(BIN)/python -m pytest tests/unit

lint: setup ## format, lint, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup ## ratios against the raw libraries, written to benchmarks/results
	$(BIN)/python -m benchmarks

lock: setup ## new exact pins from the ranges in pyproject.toml
	$(BIN)/python -m pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --upgrade --extra dev --extra postgresql --strip-extras --no-annotate --no-header \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --allow-unsafe -o requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache
