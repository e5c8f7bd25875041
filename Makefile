# Everything here runs on a fresh clone: `make help` says what there is.
# Needs Python 3.11 or later with its venv module, and nothing else.

UV_VERSION = 0.13.9
PYTHONS    = python3.13 python3.12 python3.11 python3
BIN        = .venv/bin
READY      = .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help demo test bench lint types docs clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "make %-6s %s\n", $$1, $$2 }'

demo: $(READY) ## encode a clip, start the system, watch it (FILE=movie.mkv HEADLESS=1 JSON=report.json OUTAGE=1 KEEP=1)
	@exec $(BIN)/matinee demo $(if $(FILE),--file "$$FILE") $(if $(HEADLESS),--headless) \
		$(if $(JSON),--json "$$JSON") $(if $(OUTAGE),--outage) $(if $(KEEP),--keep) $(if $(STATE),--state "$$STATE")

test: $(READY) ## every test that needs Python only
	@exec $(BIN)/pytest -q -m "not engines and not types"

bench: $(READY) ## every bar of docs/benchmarks.md, into benchmarks/results (SMOKE=1: a minute instead of an hour)
	@exec $(BIN)/python -m benchmarks $(if $(SMOKE),--smoke)

lint: $(READY) ## style, format, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(READY) ## mypy over everything, pyright over the SDK and its public types
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/pytest -q -m types

docs: $(READY) ## the API reference of the SDK, into site/
	@rm -rf site
	@$(BIN)/python -W error docs/reference.py site
	@echo "site/index.html"

clean: ## stop a system that runs here, remove all that was made
	@if [ -x $(BIN)/matinee ]; then $(BIN)/matinee down; fi
	rm -rf .venv .tools .matinee dist site benchmarks/results
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis snapshot_report.html

# The tools stand beside the environment, which `uv sync` makes exactly what uv.lock says.
$(READY): uv.lock pyproject.toml .tools/.ready
	@echo "Installing what uv.lock names into .venv …"
	@.tools/bin/uv sync --quiet --locked --python .tools/bin/python
	@touch $@

.tools/.ready: Makefile
	@python=; for each in $(PYTHONS); do \
		if $$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$each; break; fi; \
	done; \
	[ -n "$$python" ] || { echo "Matinee needs Python 3.11 or later; none of $(PYTHONS) is one." >&2; exit 1; }; \
	$$python -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "$$python lacks its venv module (on Debian: apt-get install python3-venv)." >&2; exit 1; }; \
	echo "Setting up with $$($$python --version) …"; \
	rm -rf .tools && $$python -m venv .tools && .tools/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@
