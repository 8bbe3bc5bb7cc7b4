# make run       install what is needed into .venv and start: the Telegram bot if TELEGRAM_BOT_TOKEN is set,
#                else a trial of it on a phone page, on this machine only
# make test      install, also the browser and fonts that tests need where it may, then run every test
# make check     ruff, mypy, import contracts, generated documentation
# make docs      write generated documentation anew
# make bench     measure; make soak: provoke faults for longer; make pictures: the README's pictures

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test check docs bench soak pictures clean

run: $(VENV)/.run
	$(BIN)/prescreen $(if $(TELEGRAM_BOT_TOKEN),run,try)

test: $(VENV)/.test
	$(BIN)/python -m tests.machine
	$(BIN)/python -m pytest -n 2 --dist worksteal

check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.documentation --check
	$(BIN)/python -m tests.languages

docs: $(VENV)/.test
	$(BIN)/python -m tests.documentation

LOAD = $(BIN)/python -m tests.bench.load --command "$(BIN)/prescreen run --unpaced --db $(VENV)/bench.db" \
	    --prepare "$(BIN)/prescreen people --db $(VENV)/bench.db --add '{ids}'"

bench: $(VENV)/.bench
	$(BIN)/python -m tests.bench.dialogue
	$(BIN)/python -m tests.bench.protocols
	$(BIN)/python -m tests.bench.portfolios
	$(BIN)/python -m tests.bench.candidates
	$(BIN)/python -m tests.bench.orders
	$(BIN)/python -m tests.bench.conversation
	$(LOAD) --people 1 50 100 --bots echo conversation aiogram aiogram-dialog prescreen
	$(LOAD) --people 100 --delay 0.04 --bots aiogram-dialog prescreen
	$(LOAD) --people 100 --rate 30 --bots echo prescreen
	$(LOAD) --people 1000 --rate 150 --seconds 8 --bots prescreen
	$(BIN)/python -m tests.bench.exports

soak: $(VENV)/.test
	$(BIN)/python -m tests.soak.soak --record $(SOAK)
	$(BIN)/python -m tests.state.tampering --record
	$(BIN)/python -m tests.soak.long_life
	$(BIN)/python -m pytest -q --hypothesis-profile matchings tests/dialogs/test_portfolio.py -k "alone or twice"

pictures: $(VENV)/.test
	PRESCREEN_PICTURES=docs/pictures $(BIN)/python -m pytest -q tests/browser tests/serve/test_in_a_browser.py

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[exports]"
	touch $@

$(VENV)/.test: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[exports,test,check]"
	touch $@ $(VENV)/.run

$(VENV)/.bench: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[exports,test,bench]"
	touch $@

clean:
	rm -rf $(VENV) build *.egg-info
