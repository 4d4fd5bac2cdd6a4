# Compagnon: every way to set it up, run it and prove it. `make` alone lists them.
#
# Only `python3` (3.11 or newer, with venv), make and git are taken for granted. `make demo` asks
# for nothing else; `make test` installs what it lacks where it may.

SHELL       := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
# Compiled once: a program that reads its 1,700 modules anew starts in twice the time.
unexport PYTHONDONTWRITEBYTECODE

PYTHON  ?= python3
VENV    := .venv
BIN     := $(VENV)/bin
PIP     := $(BIN)/python -m pip --disable-pip-version-check -qq

# What the demonstration listens to, and where it keeps its data.
HOST      ?= 127.0.0.1
PORT      ?= 8000
SMTP_PORT ?= 8025
LMTP_PORT ?= 8024
DEMO_DIR  ?= $(CURDIR)/var/demo
TICKETS   ?= 3000
SEED      ?= 1
# Tickets that the bench works on, and where: sqlite, or postgresql for a server of its own.
SIZE      ?= 100000
DATABASE  ?= sqlite

demo_environment = COMPAGNON_DEMO=1 COMPAGNON_OUTGOING_ALLOW=127.0.0.1 COMPAGNON_DATA_DIR="$(DEMO_DIR)" \
	COMPAGNON_BASE_URL="http://$(HOST):$(PORT)" COMPAGNON_LISTEN_WEB="$(HOST):$(PORT)" \
	COMPAGNON_LISTEN_SMTP="$(HOST):$(SMTP_PORT)" COMPAGNON_LISTEN_LMTP="$(HOST):$(LMTP_PORT)" \
	COMPAGNON_ALLOWED_HOSTS="localhost,127.0.0.1,[::1],$(HOST)"

.PHONY: help
help:  ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 24

# --- the environment -----------------------------------------------------------------------------
# Two stamps: the product alone (what a demonstration needs), then the tools of development. Each
# is as old as the lock it was made from, so that a second run does nothing.

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
		echo "Compagnon needs Python 3.11 or newer; $(PYTHON) is older. Name another: make PYTHON=…" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV) || {
		echo "Python's venv is missing: on Debian, install python3-venv." >&2; exit 1; }

$(VENV)/.base: requirements/base.lock pyproject.toml | $(BIN)/python
	@echo "Installing the product's dependencies in $(VENV)…"
	# The tools' lock holds the same versions: where it is installed, it is left alone.
	$(PIP) install --require-hashes -r requirements/base.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.dev: requirements/dev.lock $(VENV)/.base
	@echo "Installing the tools of development in $(VENV)…"
	$(PIP) install --require-hashes -r requirements/dev.lock
	touch $@

# What reads directories is built here, with Debian's headers; without them its tests are skipped.
$(VENV)/.ldap: requirements/ldap.lock $(VENV)/.dev
	@if [ -e /usr/include/ldap.h ] && [ -e /usr/include/sasl/sasl.h ]; then
		$(PIP) install --require-hashes -r requirements/ldap.lock && touch $@ \
			|| echo "python-ldap cannot be built: the tests of directories will be skipped." >&2
	else
		echo "No libldap-dev and libsasl2-dev: the tests of directories will be skipped." >&2
	fi

.PHONY: install
install: $(VENV)/.dev  ## set up .venv with the product and the tools

# --- run -----------------------------------------------------------------------------------------

.PHONY: demo
demo: $(VENV)/.base  ## run the demonstration on an embedded database; Ctrl-C stops it
	@mkdir -p "$(DEMO_DIR)"
	export $(demo_environment)
	# A filling that was interrupted is started over.
	[ -e "$(DEMO_DIR)/.filled" ] || rm -f "$(DEMO_DIR)"/compagnon.sqlite3*
	[ -e "$(DEMO_DIR)/.filled" ] || {
		$(BIN)/compagnon run --migrate --check || { echo "Another: make demo PORT=… SMTP_PORT=… LMTP_PORT=…" >&2; exit 1; }
		echo "Filling the demonstration with $(TICKETS) tickets…"
		$(BIN)/compagnon demo --tickets $(TICKETS) --seed $(SEED) >/dev/null
		touch "$(DEMO_DIR)/.filled"; }
	exec $(BIN)/compagnon run --migrate

.PHONY: run
run: $(VENV)/.base  ## run on your own settings (COMPAGNON_… in the environment)
	@$(BIN)/compagnon migrate --verbosity 0
	exec $(BIN)/compagnon run

# --- prove ---------------------------------------------------------------------------------------

.PHONY: test
test:  ## everything: Debian packages, checks, tests on both databases; what CI runs
	@bash .ci/packages
	$(MAKE) $(VENV)/.ldap
	exec $(BIN)/python .ci/test.py $(ARGS)

.PHONY: test-long
test-long:  ## soaks, large data and fuzzing: hours
	@bash .ci/packages
	$(MAKE) $(VENV)/.ldap
	$(PIP) install 'atheris>=3.0' || echo "atheris cannot be installed here: inputs are mutated by chance." >&2
	exec $(BIN)/python .ci/test.py --long $(ARGS)

.PHONY: check
check: $(VENV)/.dev  ## style, types, architecture: under a minute
	@exec $(BIN)/python .ci/test.py --checks

.PHONY: bench
bench: $(VENV)/.base  ## measure on SIZE=100000 tickets beside plain SQL; DATABASE=postgresql
	@if [ "$(DATABASE)" = postgresql ]; then
		exec $(BIN)/python .ci/postgres.py --durable bash -c \
			'COMPAGNON_BENCH_DATABASE_URL=$$COMPAGNON_TEST_DATABASE_URL exec "$$@"' bench \
			$(BIN)/compagnon bench --size $(SIZE) $(ARGS)
	fi
	exec $(BIN)/compagnon bench --size $(SIZE) $(ARGS)

# --- make what is committed ----------------------------------------------------------------------

.PHONY: lock
lock: $(BIN)/python  ## choose versions anew, within pyproject.toml, and write both locks
	@test -x $(BIN)/uv || $(PIP) install uv
	exec bash .ci/lock

.PHONY: assets
assets:  ## rebuild the static files (needs node)
	@exec bash .ci/assets

.PHONY: messages
messages: $(VENV)/.dev  ## collect the texts to translate, and compile the translations
	@exec $(BIN)/python .ci/messages.py

.PHONY: openapi
openapi: $(VENV)/.dev  ## write the API's description to docs/reference/openapi.json
	@exec $(BIN)/python .ci/openapi.py

.PHONY: docs
docs: $(VENV)/.dev  ## build the documentation into docs/_build/html; a warning is an error
	@exec $(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html

.PHONY: screenshots
screenshots: $(VENV)/.dev  ## take the documentation's pictures of a running `make demo`
	@exec $(BIN)/python scripts/screenshots.py "http://$(HOST):$(PORT)" $(ARGS)

.PHONY: clean
clean:  ## remove what was built; your data (var/) stays
	@rm -rf $(VENV) build dist docs/_build node_modules src/compagnon/ui/assets/node_modules \
		.mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
