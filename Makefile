# Needs Python >= 3.11 and make. `make help` lists the targets.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed

.PHONY: help demo test soak check format lock bench bench-grading clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

$(INSTALLED): requirements.lock pyproject.toml scripts/install
	@PYTHON="$(PYTHON)" sh scripts/install
	@touch $@

demo: $(INSTALLED) ## try it: a channel in this terminal (without a terminal: plays the demo script)
	@$(BIN)/fastapi-quiz demo

test: $(INSTALLED) ## run the whole test suite, on SQLite and on PostgreSQL
	@sh scripts/ensure-postgres
	@sh scripts/ensure-browser
	$(BIN)/pytest --numprocesses auto --maxprocesses 4

soak: $(INSTALLED) ## the long tests: 10,000 deliveries, 1,000 kills (QUIZ_CRASH_SEED repeats a run), 110,000 payloads, 1,000 walks of two processes
	@sh scripts/ensure-postgres
	QUIZ_CRASH_DELIVERIES=10000 QUIZ_CRASH_KILLS=1000 $(BIN)/pytest tests/crash
	QUIZ_DISCORD_PAYLOADS=100000 $(BIN)/pytest tests/adapters/discord/test_gateway.py
	QUIZ_MODEL_EXAMPLES=1000 $(BIN)/pytest tests/services/test_fleet_model.py

check: $(INSTALLED) ## format, lint, types, layers, spelling, questions, then the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/fastapi-quiz questions check
	@$(MAKE) test

format: $(INSTALLED) ## rewrite the code in the house format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(INSTALLED) ## lock the newest dependencies that fit pyproject.toml
	$(BIN)/uv lock --upgrade
	$(BIN)/uv export --quiet --all-extras --no-emit-project --no-header --format requirements-txt -o requirements.lock

bench: $(INSTALLED) ## measure start-up, a year, delivery, Slack and Discord; results in bench/results
	$(BIN)/python -m bench.run
	$(BIN)/python -m bench.delivery --large
	$(BIN)/python -m bench.slash
	$(BIN)/python -m bench.discord_load

bench-grading: $(INSTALLED) ## measure the graders: make bench-grading DATA=FILE
	$(BIN)/python -m bench.grading $(DATA)
	$(BIN)/python -m bench.bank

clean: ## forget the environment and caches
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
