# One word for each thing that a developer does. `make run` and `make test` are all that a newcomer needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA_DIR ?= .data
PORT ?= 8080

.PHONY: install develop run test check explore format reference screenshots clean lock web web-api web-check

# What the platform needs to run.
$(VENV)/.installed: requirements/run.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "on Debian, venv comes with: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# Bytecode for the modules that changed: where Python may not write it (PYTHONDONTWRITEBYTECODE, a read-only folder), each start would compile anew.
$(VENV)/.compiled: $(shell find src -name '*.py') $(VENV)/.installed
	$(BIN)/python -m compileall -q src/piecework
	touch $@

install: $(VENV)/.installed $(VENV)/.compiled

# What its tests and checks need besides.
$(VENV)/.developed: requirements/dev.txt $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	touch $@

develop: install $(VENV)/.developed

# The web application: built into the server's package, where `piecework serve` finds it.
WEB_PAGE := src/piecework/server/api/web/index.html
WEB_SOURCES := $(shell find web/src web/public -type f) web/angular.json web/package.json web/compress.mjs web/tsconfig.json web/tsconfig.app.json
NODE := scripts/with-node.sh

# Not `npm ci`: it refuses a lock file without the optional binaries of other systems, and not every registry has those to lock.
web/node_modules/.installed: web/package-lock.json $(VENV)/.installed
	cd web && ../$(NODE) npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@

$(WEB_PAGE): $(WEB_SOURCES) web/node_modules/.installed
	cd web && ../$(NODE) npm run --silent build
	touch $@

web: $(WEB_PAGE)

web-api: install web/node_modules/.installed
	$(BIN)/python scripts/write_web_api.py

web-check: web/node_modules/.installed
	cd web && ../$(NODE) npm run --silent check
	cd web && ../$(NODE) npm run --silent test

run: install web
	$(BIN)/piecework serve --port $(PORT) --data-dir $(DATA_DIR)

check: develop
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/pyright

test: check web web-check
	sh scripts/ensure-bubblewrap.sh
	sh scripts/ensure-faketime.sh
	sh scripts/ensure-browser.sh
	sh scripts/ensure-prometheus.sh
	sh scripts/ensure-servers.sh
	$(BIN)/pytest -n 2

# Properties with examples that nobody has tried; `make test` tries the same ones each time.
explore: develop
	$(BIN)/pytest -n 2 -m hypothesis --hypothesis-profile=explore

format: develop
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The pictures of the documentation, as the browser tests make them.
screenshots: develop web
	sh scripts/ensure-browser.sh
	$(BIN)/pytest tests/browser/test_tutorial.py tests/browser/test_pages.py
	mkdir -p docs/tutorial/images docs/images
	cp build/screenshots/tutorial-*.png docs/tutorial/images/
	cp build/screenshots/builder-1280-light.png build/screenshots/runs-1280-light.png build/screenshots/builder-failed-run-1280-dark.png docs/images/

reference: install
	$(BIN)/python scripts/write_reference.py

lock:
	uv pip compile --quiet --universal --no-emit-index-url --generate-hashes --python-version 3.11 --group install --output-file requirements/run.txt pyproject.toml
	uv pip compile --quiet --universal --no-emit-index-url --generate-hashes --python-version 3.11 --group dev --output-file requirements/dev.txt pyproject.toml

clean:
	rm -rf $(VENV) web/node_modules web/.angular src/piecework/server/api/web .pytest_cache .ruff_cache
