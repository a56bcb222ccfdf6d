# make demo   index samples/ and answer a query       make check  lint, format, types, arrows, docs
# make test   the tests                                make fix    repair what check can repair
# make test-slow   the long ones                       make test-browser   those in a real browser
# make setup  only the environment, .venv              make lock   pin dependencies anew
# make bench  beside other engines (SIZE=province)
# make cluster  three OpenSearch nodes on this machine  make cluster-down  end them
# make test-cluster  the tests that need OpenSearch: nodes of their own, some of which they kill
PYTHON ?= python3
VENV ?= .venv
# The environment's programs, also where VENV is named by a full path.
BIN := $(VENV)/bin
RUN := $(BIN)/python
INDEX := .demo/index
# Seconds for a whole test run; one test has its own limit in pyproject.toml.
TEST_SECONDS ?= 2400
TEST_FLAGS ?= -q
# Of the corpus that `make bench` measures: county, city, region, province or million.
SIZE ?= county

.DEFAULT_GOAL := help
.PHONY: help setup setup-runtime demo test test-slow test-browser test-cluster check fix docs bench cluster cluster-down lock upgrade clean

help:
	@sed -n 's/^# //p' Makefile | head -n 7

setup:
	@$(PYTHON) tools/environment.py --dev $(VENV)

setup-runtime:
	@$(PYTHON) tools/environment.py $(VENV)

demo: setup-runtime
	$(BIN)/lawsearch index samples --index-dir $(INDEX)
	$(BIN)/lawsearch query 枫桥经验 2024 --index-dir $(INDEX) --limit 3
	@echo
	@echo 'What to try next:'
	@echo "  $(BIN)/lawsearch query '\"法律明白人\"' --index-dir $(INDEX)"
	@echo '  $(BIN)/lawsearch query 行政执法 --part problems --index-dir $(INDEX)'
	@echo '  $(BIN)/lawsearch browse year --index-dir $(INDEX)'
	@echo '  $(BIN)/lawsearch status --index-dir $(INDEX)'
	@echo '  $(BIN)/lawsearch serve --index-dir $(INDEX)'
	@echo '  $(BIN)/lawsearch --help'

test: setup
	$(RUN) -m pytest $(TEST_FLAGS) --session-timeout=$(TEST_SECONDS)
	@$(RUN) -m tests.cluster_process

test-slow: setup
	$(RUN) -m pytest $(TEST_FLAGS) --session-timeout=$(TEST_SECONDS) -m "slow and not bench and not cluster and not browser"

# Needs Debian's packages chromium and fonts-noto-cjk, or another Chromium or Chrome.
test-browser: setup
	$(RUN) -m pytest $(TEST_FLAGS) --session-timeout=$(TEST_SECONDS) -m "browser and not bench"

# Needs Maven and a Java of 21 or later; without them each test is skipped and says so.
test-cluster: setup
	$(RUN) -m pytest $(TEST_FLAGS) -rs --session-timeout=$(TEST_SECONDS) -m "cluster and not bench and not browser"

check: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/mypy --platform win32 --cache-dir .mypy_cache/win32 cli.py index indexer search terminal lawsearch web
	PYTHONPATH=. $(BIN)/lint-imports
	$(RUN) tools/catalogues.py --check
	$(RUN) tools/docs.py --check

fix: setup
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	-$(RUN) tools/catalogues.py
	$(RUN) tools/docs.py

docs: setup
	$(RUN) tools/docs.py

bench: setup
	@$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/bench.txt
	$(RUN) -m bench.run --size $(SIZE)
	$(RUN) -m bench.comparing --size $(SIZE)
	$(RUN) -m bench.copies --copies 50

# Needs Maven and a Java of 21 or later; data and logs are in .cluster.
cluster:
	@$(PYTHON) tools/cluster.py up

cluster-down:
	@$(PYTHON) tools/cluster.py down

lock: setup
	$(RUN) tools/lock.py

upgrade: setup
	$(RUN) tools/lock.py --upgrade

clean:
	rm -rf $(VENV) $(VENV).lock .demo build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
