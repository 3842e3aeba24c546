# Two commands are all a person needs: `make run` starts everything, `make test` proves it.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run test fuzz check bench lock schema clean

help: ## Show the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Parley needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another: make run PYTHON=python3.12")'
	@echo "Installing Parley into .venv (a minute, once)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $@

.venv/installed-dev: requirements-dev.lock .venv/installed
	@echo "Installing what the tests need"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

schema/graphiql/dist/index.html: $(wildcard schema/graphiql/src/* schema/graphiql/*.html) schema/graphiql/vite.config.js schema/graphiql/package-lock.json
	@sh schema/graphiql/build.sh

run: .venv/installed schema/graphiql/dist/index.html ## Start everything: PostgreSQL, Valkey, web server, worker, a demo company
	@exec $(BIN)/parley up

# Three processes for two cores, because many tests wait for servers that they start.
test: .venv/installed-dev ## Prove it: the whole test suite against real servers
	@$(BIN)/python -m pytest -n 3 --dist loadscope --no-loadscope-reorder || { test $$? = 1 && \
	  echo "Once more and alone, those that failed: what a busy machine made late passes now, a fault fails again" && \
	  $(BIN)/python -m pytest -x -v --last-failed --last-failed-no-failures none; }

fuzz: .venv/installed-dev ## Ask 20,000 generated documents with and without the planner; SEED and DOCUMENTS choose others
	@seed=$${SEED:-$$(date +%s)}; documents=$${DOCUMENTS:-20000}; echo "$$documents documents; again with: make fuzz SEED=$$seed DOCUMENTS=$$documents"; \
	  FUZZ_SEED=$$seed FUZZ_DOCUMENTS=$$documents $(BIN)/python -m pytest -x -vv tests/differential/test_generated.py tests/differential/test_changes.py

check: .venv/installed-dev ## Lint, types, import rules, schema diffs, migrations against the tables
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/parley schema --diff
	@folder=$$(mktemp -d) && chmod 755 $$folder && export PARLEY_DATA_DIR=$$folder && $(BIN)/parley migrate && $(BIN)/parley migrate --check; \
	  status=$$?; rm -rf $$folder; exit $$status

bench: .venv/installed-dev ## Measure against a hand-written ceiling and the usual way
	@$(BIN)/python -m bench

# Runs of their own: a million requests take minutes, PostGraphile needs npm. Jobs are measured by `make bench` too.
.PHONY: bench-jobs bench-knowledge bench-memory bench-postgraphile
bench-jobs bench-knowledge bench-memory bench-postgraphile: .venv/installed-dev
	@$(BIN)/python -m bench --$(@:bench-%=%)

lock: ## Compile the lock files again
	@for f in requirements requirements-dev; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header $$f.in -o $$f.lock; done

schema: .venv/installed ## Write schema/schema.graphql and rest_compat/openapi.json
	@$(BIN)/parley schema

clean: ## Remove everything that was installed and all local data
	rm -rf .venv .parley schema/graphiql/dist schema/graphiql/node_modules
