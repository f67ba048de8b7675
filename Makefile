# `make demo` and `make test` set up all they need in .venv: Python 3.11+ and a package registry are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# Tests in other environments: the oldest packages that pyproject.toml allows, and each Python. They run on the embedded
# engine alone, since `make test` compares it with the Pulumi CLI, and without what needs mypy or Playwright.
EMBEDDED := -n 2 -k 'not [pulumi' \
	--ignore=tests/resources/test_typing.py --ignore=tests/emulator/test_console_browser.py
PYTHONS := 3.11 3.12 3.13
PROVIDER_TESTS := tests/client tests/lifecycle tests/providers tests/resources
COMMAND_TESTS := tests/cli/test_smoke.py tests/cli/demo
CORE_TESTS := $(PROVIDER_TESTS) tests/fleet tests/engine tests/test_settings.py

# What can be tested in full without an engine is; everything else is covered to 95 %.
COVERED := pulumi_assistai/client/*,pulumi_assistai/lifecycle/*,pulumi_assistai/fleet/*,pulumi_assistai/settings.py

# Mutation testing, by hand: all of it takes an hour or more, goes on where it was stopped, and lets results stand.
# MUTANTS='pulumi_assistai.lifecycle.likeness.*' chooses some, and runs them again; tests/mutants.md has the rest.
MUTANTS :=
MUTANT_PROCESSES := 2

.PHONY: demo test test-lowest test-matrix soak bench mutants screenshots lint types layers tests format clean

demo: $(READY)
	$(BIN)/assistai demo

test: lint types layers tests

test-lowest: $(BIN)/uv
	PYENV_VERSION=3.11 $(BIN)/uv venv --quiet --clear --python 3.11 .venv-lowest
	$(BIN)/uv pip install --quiet --python .venv-lowest --resolution lowest-direct --editable '.[testing]'
	$(BIN)/uv pip install --quiet --python .venv-lowest hypothesis pytest-xdist
	.venv-lowest/bin/pytest $(EMBEDDED) $(PROVIDER_TESTS) $(COMMAND_TESTS) tests/emulator

test-matrix:
	$(MAKE) --keep-going $(PYTHONS:%=test-python-%)

# pyenv's commands find its other Pythons only where PYENV_VERSION names them.
test-python-%: $(BIN)/uv
	@export PYENV_VERSION=$*; \
	python=$$($(BIN)/uv python find --quiet --system --no-python-downloads $*) || \
		{ echo "Python $* is missing: not tested"; exit 0; }; \
	set -ex; \
	$(BIN)/uv venv --quiet --clear --python "$$python" .venv-$*; \
	$(BIN)/uv pip install --quiet --python .venv-$* --constraint constraints.txt --editable '.[testing]' hypothesis pytest-xdist; \
	.venv-$*/bin/pytest $(EMBEDDED) $(CORE_TESTS)

soak: $(READY)
	ASSISTAI_SOAK_LIVES=40 ASSISTAI_SOAK_STEPS=40 $(BIN)/pytest -q tests/test_life.py
	ASSISTAI_FUZZ_EXAMPLES=5000 $(BIN)/pytest -q -n 2 $$(find tests -name 'test*_fuzz.py')

bench: $(READY)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[bench]'
	$(BIN)/python -m benchmarks --plot docs/images/performance.svg
	$(BIN)/python -m benchmarks.limits

# Chromium draws them.
screenshots: $(READY)
	$(BIN)/python -m tools.screenshots

mutants: $(READY)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[mutants]'
	nice $(BIN)/python -m tools.mutants --processes $(MUTANT_PROCESSES) $(if $(MUTANTS),--again) $(MUTANTS:%='%')
	$(BIN)/mutmut results

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

layers: $(READY)
	$(BIN)/lint-imports

tests: $(READY)
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n 3
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --fail-under=95
	$(BIN)/coverage report --fail-under=100 --include='$(COVERED)'

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) .venv-lowest $(PYTHONS:%=.venv-%) mutants

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@

$(BIN)/uv: $(READY)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt uv
	touch $@
