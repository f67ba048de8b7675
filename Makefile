# `make demo` and `make test` set up all they need in .venv: Python 3.11+ and a package registry are enough.
PYTHON ?= python3
VENV := .venv
# The versions that everything is tested with; /dev/null takes the newest.
CONSTRAINTS ?= constraints.txt
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Tests start many processes. Each would compile the package anew.
unexport PYTHONDONTWRITEBYTECODE

# Tests in other environments: the oldest packages that pyproject.toml allows, and each Python. They run on the embedded
# engine alone, since `make test` compares it with the Pulumi CLI, and without what needs mypy or Playwright.
EMBEDDED := -n 2 -k 'not [pulumi' \
	--ignore=tests/resources/test_typing.py --ignore=tests/emulator/test_console_browser.py
PYTHONS := 3.11 3.12 3.13
PROVIDER_TESTS := tests/client tests/lifecycle tests/native tests/providers tests/resources
COMMAND_TESTS := tests/cli/test_smoke.py tests/cli/demo
CORE_TESTS := $(PROVIDER_TESTS) tests/fleet tests/engine tests/test_settings.py

# What can be tested in full without an engine is; everything else is covered to 95 %.
COVERED := pulumi_assistai/client/*,pulumi_assistai/lifecycle/*,pulumi_assistai/fleet/*,pulumi_assistai/settings.py

# Mutation testing, by hand: all of it takes an hour or more, goes on where it was stopped, and lets results stand.
# MUTANTS='pulumi_assistai.lifecycle.likeness.*' chooses some, and runs them again; tests/mutants.md has the rest.
MUTANTS :=
MUTANT_PROCESSES := 2

.PHONY: demo test test-lowest test-matrix soak bench mutants screenshots docs release-check compatibility lint types layers tests format clean

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
	$(BIN)/uv pip install --quiet --python .venv-$* --constraint $(CONSTRAINTS) --editable '.[testing]' hypothesis pytest-xdist; \
	.venv-$*/bin/pytest $(EMBEDDED) $(CORE_TESTS)

soak: $(READY)
	ASSISTAI_SOAK_LIVES=40 ASSISTAI_SOAK_STEPS=40 $(BIN)/pytest -q tests/test_life.py
	ASSISTAI_TEST_NATIVE=all $(BIN)/pytest -q -n 2 -k native tests/test_reliability.py tests/test_rewriting.py
	ASSISTAI_TEST_NATIVE=all $(BIN)/pytest -q -n 2 tests/test_one_script.py tests/test_languages.py
	ASSISTAI_TEST_ALL=1 $(BIN)/pytest -q -n 2 tests/engine/test_killed.py
	ASSISTAI_FUZZ_EXAMPLES=5000 $(BIN)/pytest -q -n 2 $$(find tests -name 'test*_fuzz.py')

bench: $(READY)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint $(CONSTRAINTS) --editable '.[bench]'
	$(BIN)/python -m benchmarks --plot docs/images/performance.svg
	$(BIN)/python -m benchmarks.limits

# Chromium draws them.
screenshots: $(READY)
	$(BIN)/python -m tools.screenshots

# The site, into site/. A link or an anchor that leads nowhere, or a page that is missing in mkdocs.yml, is an error.
docs: $(READY)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint $(CONSTRAINTS) --editable '.[docs]'
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

# What is published, as its users get it: built, looked into, and installed with each extra where nothing else is.
release-check: $(READY)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint $(CONSTRAINTS) --editable '.[release]'
	$(BIN)/python -m tools.release

# The public names, compared with those of the last release.
compatibility: $(READY)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint $(CONSTRAINTS) --editable '.[release]'
	@tag=$$(git describe --tags --abbrev=0 --match 'v*' 2>/dev/null) || { echo "no release to compare with"; exit 0; }; \
	set -x; $(BIN)/griffe check pulumi_assistai --against "$$tag"

mutants: $(READY)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint $(CONSTRAINTS) --editable '.[mutants]'
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
	$(BIN)/coverage run -m pytest -n 4
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --fail-under=95
	$(BIN)/coverage report --fail-under=100 --include='$(COVERED)'

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf dist site $(VENV) .venv-lowest $(PYTHONS:%=.venv-%) mutants

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint $(CONSTRAINTS) --editable '.[dev]'
	touch $@

$(BIN)/uv: $(READY)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint $(CONSTRAINTS) uv
	touch $@
