# Two commands: `make run` and `make test`. The others are parts of them, long measurements (chaos, soak), and upkeep.
SHELL := /bin/bash
.DEFAULT_GOAL := help
BIN := .venv/bin
SCRIPTS := scripts/* .ci/run install/hotline.sh install/certbot-deploy-hook install/debian/p*

.PHONY: help
help: ## What there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' Makefile

.PHONY: run
run: setup ## Set everything up, start the whole hotline, stay in the foreground (Ctrl-C ends it)
	@exec $(BIN)/hotline up

.PHONY: test
test: ## Set everything up and pass every test, the ones on a real Asterisk included
	@scripts/setup run dev voice docs test
	@scripts/test

.PHONY: setup
setup: ## Set everything up that running needs; then there is .venv/bin/hotline
	@scripts/setup run

.PHONY: check
check: lint scan ## Lint, the scan of dependencies, and the fast tests
	$(BIN)/pytest -m 'not system' -n 2 --dist worksteal

.PHONY: deep
deep: ## Search ten times as far as `make test` does, for what nobody thought of
	@scripts/setup run dev docs
	HOTLINE_DEEP=1 $(BIN)/pytest -m 'not system' -n 2 --dist worksteal

.PHONY: lint
lint: ## Format, lint, types, imports, scripts
	@scripts/setup run dev docs
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/shellcheck $(SCRIPTS)
	$(BIN)/hadolint docker/Dockerfile
	@scripts/web-check

.PHONY: deb
deb: ## The Debian package of this version, in dist/ (for the Python that .venv was made with)
	@scripts/setup run
	$(BIN)/python install/deb.py dist

.PHONY: chaos
chaos: ## Every fault on a real hotline, and the table of what was promised (half an hour; FAULTS=, needs SIPp)
	@scripts/setup run dev test
	$(BIN)/python -m bench.chaos $(FAULTS)

.PHONY: soak
soak: ## Two hours of calls at half of what the machine carries (MINUTES=, RATE=; needs SIPp)
	@scripts/setup run dev test
	$(BIN)/python -m bench.soak --minutes $(or $(MINUTES),120) --rate $(or $(RATE),20)

.PHONY: scan
scan: ## Ask the advisory service about every locked dependency, where a network allows
	@scripts/setup run dev
	@scripts/scan

.PHONY: docs
docs: ## The documentation as a site, in var/site
	@scripts/setup run docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

.PHONY: voice
voice: ## What building prompts from text needs: the speech model and its voice (600 MB)
	@scripts/setup run voice

.PHONY: lock
lock: ## Lock the dependencies anew (UPGRADE=--upgrade takes the newest)
	@scripts/setup run dev
	scripts/lock $(UPGRADE)

.PHONY: asterisk
asterisk: ## Unpack Asterisk anew, for Debian's newest fixes
	@scripts/setup system run
	@scripts/asterisk-tree --fresh

.PHONY: clean
clean: ## Remove what was set up; what the hotline recorded (var/) stays
	rm -rf .venv .asterisk dist desk/web/node_modules desk/web/dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
