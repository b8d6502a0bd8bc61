# Thin: each target is one tool. `make` alone lists them. Needs Python 3.11 or newer; everything else goes into .venv.

PYTHON ?= python3
HOME_FOLDER ?= var/home
JOBS ?= 2

VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input
LOCKED := $(INSTALL) --require-hashes --no-build-isolation

.DEFAULT_GOAL := help
.PHONY: help run test test-all lint bench performance bench-check strength docs bundle lock clean machine

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1 -- /p' Makefile | sed 's/ -- /	/'

run: $(VENV)/compiled.stamp  ## install, make a branch up (or take DROP=folder in), run a night, serve the workbench (SERVE=0: don't)
	$(BIN)/zhike up --home "$(HOME_FOLDER)" $(if $(filter 0,$(SERVE)),--no-serve,--serve $(if $(PORT),--port $(PORT))) $(if $(DROP),"$(DROP)")

test: $(VENV)/test.stamp $(VENV)/spark.stamp $(VENV)/compiled.stamp | machine  ## the tests, without those marked slow
	$(BIN)/python -m pytest -n $(JOBS) -m "not slow"

test-all: $(VENV)/test.stamp $(VENV)/spark.stamp $(VENV)/compiled.stamp | machine  ## every test: long kill loops, full disks, a cluster
	$(BIN)/python -m pytest -n $(JOBS) --timeout 3600

lint: $(VENV)/test.stamp  ## style, types, import contracts, the rules of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --no-cache
	$(BIN)/python -m pytest -q tests/test_house.py

bench: $(VENV)/bench.stamp  ## measure side by side with rivals, print ratios (bench/README.md)
	failed=0; for script in bench/[a-z]*.py; do $(BIN)/python "$$script" || failed=1; done; exit $$failed

performance: $(VENV)/bench.stamp  ## measure outputs and nights at every size and write docs/performance.md (hours on a small machine)
	$(BIN)/python bench/performance.py --measure --write

bench-check: $(VENV)/compiled.stamp  ## count what a small night costs, compare with bench/bounds.toml (RENEW=1 stores what was counted)
	$(BIN)/python bench/check.py $(if $(RENEW),--renew)

strength: $(VENV)/test.stamp $(VENV)/proof.stamp  ## branches reached and mutants killed where trust lies (ROOMS=audit for some; an hour or two)
	$(BIN)/python tests/strength.py --jobs $(JOBS) $(ROOMS)

docs: $(VENV)/run.stamp  ## write the generated pages anew
	$(BIN)/python -m zhike.datacentre.tables.dictionary > docs/dictionary.md.new || { rm -f docs/dictionary.md.new; exit 1; }
	mv docs/dictionary.md.new docs/dictionary.md
	$(BIN)/python -m zhike.features.clients.dictionary > docs/measures.md.new || { rm -f docs/measures.md.new; exit 1; }
	mv docs/measures.md.new docs/measures.md

bundle: $(VENV)/build.stamp  ## a folder that installs without any network: build/bundle/zhike-VERSION (INTO=folder for another)
	$(BIN)/python bundle/make.py $(if $(INTO),"$(INTO)")

# The locks: one resolution of everything, then one file for each extra cut out of it, so that all of them agree.
UV := $(VENV)/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --no-config --system-certs --no-emit-index-url \
      --no-emit-find-links --generate-hashes --no-annotate --upgrade --custom-compile-command "make lock"
CUT := $(UV) --constraints $(VENV)/lock/all.txt

lock:  ## refresh requirements/*.lock
	$(PYTHON) -m venv --clear $(VENV)/lock
	$(VENV)/lock/bin/python -m pip install --quiet --require-hashes -r requirements/lock.lock
	$(UV) pyproject.toml --all-extras --group build --group lock -c requirements/constraints.in -o $(VENV)/lock/all.txt
	$(CUT) pyproject.toml -o requirements/core.lock
	for extra in desk postgres spark test proof bench; do $(CUT) pyproject.toml --extra $$extra -o requirements/$$extra.lock || exit 1; done
	for group in build lock; do $(CUT) --group $$group -o requirements/$$group.lock || exit 1; done

clean:  ## remove the environment, the caches and the demonstration home
	rm -rf $(VENV) var build .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage src/*.egg-info

# The environment: .venv from PYTHON, then each extra from its hash-locked file. Stamps remember what is in.

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Zhike needs Python 3.11 or newer; '$(PYTHON)' is: $$($(PYTHON) --version 2>&1). Next: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "This Python cannot make virtual environments: on Debian and Ubuntu the package python3-venv is missing."; \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing it."; apt-get update -qq && apt-get install -y -qq python3-venv; \
	  else echo "Next: sudo apt-get install python3-venv, then make $(MAKECMDGOALS) again."; exit 1; fi; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/build.stamp: requirements/build.lock | $(BIN)/python
	$(LOCKED) -r requirements/build.lock
	@touch $@

$(VENV)/run.stamp: requirements/desk.lock pyproject.toml $(VENV)/build.stamp
	$(LOCKED) -r requirements/desk.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/test.stamp $(VENV)/spark.stamp $(VENV)/proof.stamp $(VENV)/bench.stamp: $(VENV)/%.stamp: requirements/%.lock $(VENV)/run.stamp
	$(LOCKED) -r requirements/$*.lock
	@touch $@

# What no package of Python brings: Java for Spark, a browser with a Chinese font, PostgreSQL. Where we may we install them;
# elsewhere their tests are skipped, and counted.
machine:  # for the tests
	@missing=""; \
	[ -n "$$JAVA_HOME" ] || command -v java >/dev/null || missing="$$missing default-jre-headless"; \
	command -v chromium >/dev/null || missing="$$missing chromium"; \
	[ -n "$$(fc-list :lang=zh 2>/dev/null | head -1)" ] || missing="$$missing fontconfig fonts-noto-cjk"; \
	command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$$missing postgresql"; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing for the tests:$$missing."; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null \
	      || echo "They didn't come: their tests are skipped."; \
	  else echo "Skipped are the tests that need:$$missing. Next: sudo apt-get install$$missing"; fi; fi

# The loops are compiled once for a machine, by a night of a very small branch; what is compiled stays beside the sources.
$(VENV)/compiled.stamp: $(shell grep -rl '^@compiled' src) | $(VENV)/run.stamp
	@echo "Compiling the loops (once, a minute or two)."
	@rm -rf $(VENV)/compiled && $(BIN)/zhike up --home $(VENV)/compiled --clients 60 --days 130 --no-serve > $(VENV)/compiled.log 2>&1 \
	  || { cat $(VENV)/compiled.log; exit 1; }
	@rm -rf $(VENV)/compiled
	@touch $@
