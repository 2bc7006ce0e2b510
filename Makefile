# `make demo` and `make test` each work alone on a fresh clone: they do their own set-up.

PYTHON := .venv/bin/python
CODE := src tests tools $(wildcard bench demo examples)

.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench fmt docs clean

help:  ## print this list
	@sed -nE 's/^([a-z]+):[^#]*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

setup:  ## make .venv ready (done by the others when needed)
	@tools/setup.sh

demo: setup  ## two users, each in a session, sharing only what they mean to; fails if a step is not as said
	@$(PYTHON) demo/run.py

test: setup  ## run all tests
	@$(PYTHON) -m pytest

check: setup  ## format, lint, types, layers, generated documents
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m mypy $(CODE)
	@.venv/bin/lint-imports --no-logo
	@$(PYTHON) tools/generate_reference.py --check
	@$(PYTHON) tools/generate_manual.py --check

bench: setup  ## measure, as ratios to a baseline of the same run
	@$(PYTHON) bench/run.py

fmt: setup  ## format, and fix what the linter can fix
	@$(PYTHON) -m ruff format .
	@$(PYTHON) -m ruff check --fix-only .

docs: setup  ## write the generated documents again
	@$(PYTHON) tools/generate_reference.py
	@$(PYTHON) tools/generate_manual.py

clean:  ## remove .venv and every cache
	rm -rf .venv .mypy_cache .ruff_cache .import_linter_cache .hypothesis dist
	find src tests tools bench demo examples -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
