# One word for each thing that a developer does. `make run` and `make test` are all that a newcomer needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA_DIR ?= .data
PORT ?= 8080

.PHONY: install run test check format reference clean lock

$(VENV)/.installed: requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "on Debian, venv comes with: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

install: $(VENV)/.installed

run: install
	$(BIN)/piecework serve --port $(PORT) --data-dir $(DATA_DIR)

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/pyright

test: check
	sh scripts/ensure-bubblewrap.sh
	$(BIN)/pytest -n 2

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

reference: install
	$(BIN)/python scripts/write_reference.py

lock:
	uv pip compile --quiet --universal --no-emit-index-url --generate-hashes --python-version 3.11 --output-file requirements/base.txt pyproject.toml
	uv pip compile --quiet --universal --no-emit-index-url --generate-hashes --python-version 3.11 --group dev --output-file requirements/dev.txt pyproject.toml

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache
