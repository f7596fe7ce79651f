PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet

.DEFAULT_GOAL := help
.PHONY: help install serve test docs bench chaos simulate lock format clean

help:
	@echo 'make install   make $(VENV) with the kithkin command in it'
	@echo 'make serve     run Kithkin on its own database; ARGS="--port 9000" passes flags on'
	@echo 'make test      run every check and every test'
	@echo 'make docs      build the documentation as pages, into build/docs'
	@echo 'make bench     measure the send path; ARGS="--rounds 1" passes flags on'
	@echo 'make chaos     kill servers, workers and the database under load, and audit what is left'
	@echo 'make simulate  simulate years of people, SEED=1 STEPS=10000, and check all that must hold'
	@echo 'make format    format the source'
	@echo 'make lock      compile requirements.lock anew from pyproject.toml'
	@echo 'make clean     remove $(VENV) and everything the checks leave behind'

install: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo 'Kithkin needs Python 3.11 or newer. Name one: make PYTHON=python3.12 $(MAKECMDGOALS)' >&2; \
	  exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo 'This Python cannot make a virtual environment. On Debian and Ubuntu: apt install python3-venv' >&2; \
	  exit 1; }
	@echo '[1/3] Making $(VENV)'
	@$(PYTHON) -m venv $(VENV)
	@echo '[2/3] Installing the packages in requirements.lock (a minute or two the first time)'
	@$(PIP) install --require-hashes --no-deps -r requirements.lock
	@echo '[3/3] Installing Kithkin'
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@
	@echo 'Ready: $(BIN)/kithkin'

# exec hands signals to the server itself: a Ctrl-C that it answers with exit status 0 ends quietly.
serve: install
	@exec $(BIN)/kithkin serve $(ARGS)

test: install
	@$(BIN)/python -m tests.check

# Material tells of its own end of life at each build; warnings of ours are to stand out.
# No --quiet: with it, warnings are neither shown nor counted by `strict`.
docs: install
	$(BIN)/mkdocs build --clean
	@echo 'Ready: build/docs/index.html'

bench: install
	@$(BIN)/python -m benchmarks $(ARGS)

chaos: install
	@$(BIN)/python -m tests.chaos $(ARGS)

simulate: install
	@$(BIN)/python -m tests.simulation --seed $(or $(SEED),1) --steps $(or $(STEPS),10000) $(ARGS)

format: install
	@$(BIN)/ruff check --select I --fix --quiet .
	@$(BIN)/ruff format .

lock: install
	@$(PIP) install uv
	@$(BIN)/uv pip compile pyproject.toml --output-file requirements.lock --upgrade \
	  --universal --python-version 3.11 --extra dev --extra docs --extra anthropic --extra openai --extra otel \
	  --generate-hashes --quiet --no-header --annotation-style line \
	  --no-emit-index-url --no-emit-find-links

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache \
	  .coverage .coverage.* build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
