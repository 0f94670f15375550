# Everything that is done with this project, from a fresh clone on. `make help` lists it.
#
#   PYTHON   which Python makes the virtual environment (default: the first found of 3.11 or later)
#   ARGS     more arguments for pytest: make test ARGS="-k health"

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
SHELL := /bin/sh

# Those that can make a virtual environment first; then any, so that the message below can name what it lacks.
PYTHON ?= $(shell for modules in sys,ensurepip,venv sys; do \
	for p in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c "import $$modules; sys.exit(sys.version_info < (3, 11))" 2>/dev/null \
	&& { echo $$p; exit; }; done; done)
VENV := .venv
BIN := $(VENV)/bin
# One stamp for each lock file: what is newer than its stamp is installed again, and nothing else ever is.
INSTALLED := $(VENV)/installed
INSTALLED_DEV := $(VENV)/installed-dev
# Checks import the settings, which make a data folder; that must not be the one people play in.
CHECK_HOME := FABLEWRIGHT_HOME=$(VENV)/check-home

.PHONY: help
help: ## List these targets
	@echo "Fablewright: make TARGET"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

.PHONY: play
play: $(INSTALLED) ## Start everything here and open it in a browser (PORT=8000, OPEN=0 opens none, FABLEWRIGHT_HOME=var)
	@FABLEWRIGHT_PARENT=$$PPID exec $(BIN)/python manage.py play

# On PostgreSQL, what writes rows: there writers do not queue up as on SQLite, so races and locks show.
ON_POSTGRES := $(addprefix tests/, \
	$(addprefix accounts/, $(addsuffix .py, test_races test_last_units test_mail_races test_idempotency test_tenancy test_ledger test_quotas \
		test_limits test_audit test_leaving test_guessing test_row_security \
		test_fence test_minutes)) \
	$(addprefix generation/, $(addsuffix .py, test_drain test_catalogue test_keys test_words test_assets test_usage_pages \
		api/test_usage jobs/test_cancel_races jobs/test_cancelling jobs/test_queueing jobs/test_claiming \
		jobs/test_restoring jobs/test_breaking_races jobs/test_breaking test_switches test_operations_page test_storage_gone \
		test_outages \
		studio/test_making studio/test_making_races) letters safety webhooks) \
	$(addprefix config/, $(addsuffix .py, test_postgresql test_roles)) guards/test_walls.py \
	$(addprefix stories/, $(addsuffix .py, test_play test_play_races test_start_races test_steps test_handover test_admin \
		test_approval test_hiding)) gallery)

.PHONY: test
test: $(INSTALLED_DEV) ## Run the tests on SQLite, in a browser and on PostgreSQL (REQUIRE=all: none may be skipped)
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder -m "not long and not postgres" $(ARGS)
	$(BIN)/python -m tests.on_postgres -n 3 --dist loadfile -m "not long and not processes and not browser" $(ON_POSTGRES) $(ARGS)

.PHONY: test-long
test-long: $(INSTALLED_DEV) ## Run what takes minutes: chaos, memory, whole browser stories, the API asked again and again
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "long and not postgres" $(ARGS)
	$(BIN)/python -m tests.on_postgres -m long $(ON_POSTGRES) $(ARGS)

.PHONY: prod-check
prod-check: $(INSTALLED_DEV) ## Start PostgreSQL, Redis, S3, nginx, web and workers here, and run the stories and clients across them
	$(BIN)/python -m tests.production $(ARGS)

.PHONY: fuzz
fuzz: $(INSTALLED_DEV) ## Ask every route for programs what nobody expects, other things each time (SEED=7: the same again)
	$(BIN)/python -m tests.openapi.fuzz

.PHONY: check
check: $(INSTALLED_DEV) ## Lint, format, types, layers, migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(CHECK_HOME) $(BIN)/mypy config accounts generation stories gallery
	$(BIN)/lint-imports
	$(CHECK_HOME) $(BIN)/python manage.py makemigrations --check --dry-run

.PHONY: format
format: $(INSTALLED_DEV) ## Format the code and mend what the linter can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: bench
bench: $(INSTALLED_DEV) ## Measure how fast a play answers, a purchase is made and a status is told, against something measured in the same run
	$(BIN)/python bench/play.py
	$(BIN)/python bench/providers.py
	$(BIN)/python bench/seen.py
	$(BIN)/python bench/pages.py
	$(BIN)/python bench/sockets.py
	$(BIN)/python bench/purchases.py
	$(BIN)/python bench/flood.py

.PHONY: soak
soak: $(INSTALLED_DEV) ## Half an hour of mixed play with rolling restarts; fails where memory, connections or files grow (MINUTES=30)
	$(BIN)/python bench/soak.py

.PHONY: install
install: $(INSTALLED) ## Make the virtual environment from the lock file

.PHONY: clean
clean: ## Delete the virtual environment and caches; the data folder stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# $(call install,LOCK): make the virtual environment where it is missing or broken, then install a lock file into it.
define install
	@if command -v uv >/dev/null 2>&1; then \
		$(BIN)/python -c '' 2>/dev/null || uv venv --quiet --clear --python '>=3.11' $(VENV); \
		echo "Installing $(1) into $(VENV) ..."; \
		uv pip install --quiet --python $(BIN)/python --require-hashes --requirement $(1); \
	else \
		$(BIN)/python -m pip --version >/dev/null 2>&1 || { $(MAKE) require-python && '$(PYTHON)' -m venv --clear $(VENV); } || exit 1; \
		echo "Installing $(1) into $(VENV) (once; about half a minute) ..."; \
		$(BIN)/python -m pip install -qq --no-input --disable-pip-version-check --require-hashes --requirement $(1); \
	fi
endef

.PHONY: require-python
require-python:
	@test -n '$(PYTHON)' || { \
		echo "Fablewright needs Python 3.11 or later, and none was found (python3 is: $$(python3 --version 2>&1))." >&2; \
		echo "Install it (Debian, Ubuntu: apt install python3 python3-venv) or name one: make play PYTHON=/path/to/python3.12" >&2; \
		exit 1; }
	@'$(PYTHON)' -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "$(PYTHON) is no Python 3.11 or later ($$('$(PYTHON)' --version 2>&1)). Name one: make play PYTHON=/path/to/python3.12" >&2; \
		exit 1; }
	@'$(PYTHON)' -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make virtual environments: its module ensurepip or venv is missing." >&2; \
		echo "Install it (Debian, Ubuntu: apt install python3-venv), then say make again." >&2; \
		exit 1; }

$(INSTALLED): requirements.lock
	$(call install,requirements.lock)
	@touch $@

# The development lock holds the other one's packages at the same versions, so both are installed now.
$(INSTALLED_DEV): requirements-dev.lock
	$(call install,requirements-dev.lock)
	@touch $(INSTALLED) $@
