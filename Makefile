# Two commands: `make run` and `make test`. Everything they need is made by them, in .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TOOLS := build/security
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

SECRETS := $(TOOLS)/bin/detect-secrets-hook --no-verify

# Tests wait a good deal: two processes for each core, but not many, since each starts servers of its own.
PARALLEL = --numprocesses=$(shell $(PYTHON) -c 'import os; print(min(2 * os.cpu_count(), 8))') --dist=loadgroup

.DEFAULT_GOAL := help
.PHONY: help setup run test test-all lint format bandit secrets audit sbom lock train evaluate screenshots chaos clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | expand -t 14

# The demo's webhook receiver is likely on this machine; elsewhere private networks stay closed unless the setting names them.
run: export WEBHOOK_ALLOW_NETWORKS ?= 127.0.0.0/8 ::1/128
run: $(VENV)/run.stamp ## Set everything up and run Parley with its demo
	@exec $(BIN)/python -m service up

test: $(VENV)/dev.stamp ## Set everything up and run the tests
	@$(BIN)/python -m pytest $(PARALLEL)

test-all: export CHAOS_EVENTS ?= 20000
test-all: $(VENV)/dev.stamp ## The same with every story on every kind of server, and the long chaos
	@$(BIN)/python -m pytest $(PARALLEL) --every-server

setup: $(VENV)/dev.stamp ## Only make the environment
	@echo 'The environment in $(VENV) is ready.'

lint: $(VENV)/dev.stamp ## Check style, types and floors
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/dev.stamp ## Put the code into shape
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bandit: $(TOOLS)/stamp ## Look for risky code, beside what lint looks for
	@$(TOOLS)/bin/bandit --quiet --configfile pyproject.toml --recursive service classifier config

# In tests and benches a password is a made-up one; tokens and keys are looked for there too.
secrets: $(TOOLS)/stamp ## Look for secrets in the tracked files
	@git ls-files -z -- ':!tests' ':!bench' | xargs -0 $(SECRETS) --exclude-lines 'noqa: S10[567]'
	@git ls-files -z -- tests bench | xargs -0 $(SECRETS) --disable-plugin KeywordDetector --disable-plugin BasicAuthDetector

audit: $(TOOLS)/stamp ## Ask whether a locked package has a known vulnerability
	@$(BIN)/python tools/audit.py $(TOOLS)/bin/pip-audit $(wildcard requirements*.lock)

sbom: $(TOOLS)/stamp ## Write what Parley runs on to build/parley.cdx.json, as CycloneDX
	@$(TOOLS)/bin/python -W ignore::UserWarning -m cyclonedx_py requirements --output-reproducible \
	  --pyproject pyproject.toml -o build/parley.cdx.json requirements.lock
	@echo 'build/parley.cdx.json names every package of requirements.lock.'

lock: $(VENV)/dev.stamp ## Resolve the dependencies anew
	@$(LOCK) pyproject.toml -o requirements.lock
	@$(LOCK) pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
	@$(LOCK) --group pyproject.toml:security -o requirements-security.lock

train: $(VENV)/dev.stamp ## Train the classifier anew: make train DATA=folder
	@test -n '$(DATA)' || { echo 'Say where the data are: make train DATA=folder'; exit 1; }
	@$(BIN)/python -m classifier.training --data '$(DATA)' --estimator build/english.skops $(if $(MODEL),--model '$(MODEL)')

evaluate: $(VENV)/dev.stamp build/peers/stamp ## Measure the classifier on texts it never saw: make evaluate DATA=folder
	@test -n '$(DATA)' || { echo 'Say where the data are: make evaluate DATA=folder'; exit 1; }
	@LOCPATH=$(CURDIR)/build/peers/locale $(BIN)/python -m classifier.training evaluate --data '$(DATA)' \
	  --peers build/peers/bin/python

# The peers are measured as far as they install and start; one of them wants an American locale.
build/peers/stamp: classifier/training/peers.txt
	@echo 'Installing what $< names …'
	@$(PYTHON) -m venv build/peers
	@grep -v '^#' $< | while read -r peer; do \
	  build/peers/bin/pip install --quiet --disable-pip-version-check "$$peer" || echo "$$peer is left out"; done
	@mkdir -p build/peers/locale && localedef -i en_US -f UTF-8 build/peers/locale/en_US.UTF-8 || true
	@touch $@

screenshots: $(VENV)/dev.stamp ## Take the docs' screenshots of a running Parley (needs chromium)
	@$(BIN)/python -m tests.screenshots

chaos: export CHAOS_EVENTS ?= 20000
chaos: $(VENV)/dev.stamp ## Kill processes while readers post and webhooks go out, and count what is lost
	@$(BIN)/python -m pytest -q -rP tests/chaos

clean: ## Remove the environment and caches; the data in var/ stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build

# The environment. uv installs from the lock files in seconds; where it has no wheel, pip does the same more slowly.

$(VENV)/python.stamp: requirements-setup.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	  || { echo 'Parley needs Python 3.11 or newer: set PYTHON to one, like make PYTHON=python3.12 run'; exit 1; }
	@echo 'Making the environment in $(VENV) …'
	@$(PYTHON) -m venv $(VENV) >/dev/null \
	  || { rm -rf $(VENV); echo 'Python has no venv module. On Debian: apt install python3-venv'; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $< || true
	@touch $@

define install
	@echo 'Installing what $< names …'
	@if [ -x $(BIN)/uv ]; then $(BIN)/uv pip install --quiet --python $(1) --require-hashes -r $<; \
	  else $(1) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<; fi
	@touch $@
endef

$(VENV)/run.stamp: requirements.lock $(VENV)/python.stamp
	$(call install,$(BIN)/python)

$(VENV)/dev.stamp: requirements-dev.lock $(VENV)/run.stamp
	$(call install,$(BIN)/python)

# The security tools have an environment of their own, made for their targets alone.
$(TOOLS)/stamp: requirements-security.lock $(VENV)/python.stamp
	@$(PYTHON) -m venv $(TOOLS)
	$(call install,$(TOOLS)/bin/python)
