# Two commands for a newcomer: `make demo` and `make test`. `make help` lists the rest.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Processes that check and test side by side.
WORKERS ?= 2

$(VENV)/.run: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what the service needs ..."
	@$(BIN)/pip install --quiet --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --no-deps --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	@echo "Installing what the tests need ..."
	@$(BIN)/pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

.PHONY: install
install: $(VENV)/.run ## Set up the service in .venv

.PHONY: demo
demo: install ## Start both real servers, ingest the samples, ask, and leave the service running
	@$(BIN)/diptych demo

.PHONY: test
test: $(VENV)/.dev check ## Everything: checks, then all tests on the real servers
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

POINTS ?= 50
SEED ?= 7
SERVICES ?= 1
.PHONY: soak
soak: $(VENV)/.dev ## Break everything under load, prove that nothing is lost: make soak POINTS=50 SEED=7
	@$(BIN)/python -m tests.soak --points $(POINTS) --seed $(SEED) --services $(SERVICES)

.PHONY: check
check: $(VENV)/.dev ## Format, lint, types, room boundaries, size budgets
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --num-workers $(WORKERS) .
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports
	@$(BIN)/python tests/budgets.py

.PHONY: fix
fix: $(VENV)/.dev ## Format, and mend what the linter can mend
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --fix --quiet .

.PHONY: bench
bench: $(VENV)/.dev ## Measure, as ratios in one run (docs/benchmarks.md)
	@$(BIN)/python -m benchmarks

.PHONY: peers
peers: ## Install the programs that `make bench` compares with (5 GB, in .venv-peers)
	@test -x .venv-peers/bin/python || $(PYTHON) -m venv .venv-peers
	@.venv-peers/bin/pip install --quiet -r benchmarks/peers.txt

.PHONY: lock
lock: ## Resolve the dependencies anew into the two lock files: what is tested is what runs
	@$(BIN)/pip install --quiet uv
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--extra dev pyproject.toml -o requirements-dev.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--extra observing --constraint requirements-dev.lock pyproject.toml -o requirements.lock

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12
