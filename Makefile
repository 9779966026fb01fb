# One word for each thing a person does here. PYTHON=python3.13 chooses the interpreter of .venv.

BIN := .venv/bin
WORKERS ?= 2

.PHONY: run test lint format bench catalogues lock clean
.NOTPARALLEL:

run: ## Start the server; prepares .venv the first time.
	@.ci/venv run
	@exec $(BIN)/feedserver serve

test: lint ## Everything that must be green, on SQLite and PostgreSQL.
	@.ci/test-tools
	@echo "== pytest"
	@$(BIN)/pytest --numprocesses=$(WORKERS) --dist=worksteal

lint: ## What can be judged without running the program.
	@.ci/venv test
	@echo "== ruff format --check"
	@$(BIN)/ruff format --check .
	@echo "== ruff check"
	@$(BIN)/ruff check .
	@echo "== mypy --strict"
	@$(BIN)/mypy --strict
	@echo "== lint-imports"
	@$(BIN)/lint-imports --no-logo

format: ## Rewrite the sources as ruff wants them.
	@.ci/venv test
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: ## Measure the speed targets side by side and print the table.
	@.ci/venv test
	@$(BIN)/python tests/bench/run.py

catalogues: ## Bring the catalogues of the languages up to date with the messages in the sources.
	@.ci/venv test
	@$(BIN)/python -m tests.languages.messages

lock: ## Resolve the requirements anew, with hashes.
	@.ci/lock

clean: ## Remove what make and the tools made; data/ stays.
	rm -rf .venv .cache build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find feedserver tests -name __pycache__ -type d -prune -exec rm -rf {} +
