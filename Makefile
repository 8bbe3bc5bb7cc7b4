# make run   install what is needed into .venv and start
# make test  install, then run every test
# make check ruff, mypy, import contracts, generated documentation

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test check docs install clean

run: $(VENV)/.run
	$(BIN)/prescreen chat

test: $(VENV)/.test
	$(BIN)/python -m pytest -n 2 --dist worksteal

check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[exports]"
	touch $@

$(VENV)/.test: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[test,check]"
	touch $@ $(VENV)/.run

clean:
	rm -rf $(VENV) build *.egg-info
