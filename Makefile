# Reelspace: `make run` serves it, `make test` proves it. Neither asks a question.
SHELL := bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PORT ?= 8501
DATASET ?= ml-100k
VENV ?= .venv
PYTEST_ARGS ?=
PY = $(VENV)/bin/python
export REELSPACE_DATASET = $(DATASET)
# A browser opens by itself only where somebody sits in front of a screen.
HAS_SCREEN = $(if $(CI)$(SSH_CONNECTION),,$(DISPLAY)$(WAYLAND_DISPLAY)$(filter Darwin,$(shell uname)))

.PHONY: help run test test-spark lint format bench screenshots axes soak clean setup setup-dev

help:  ## Say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */  make \1\t/' | expand -t 22
	@echo "  Choices: PORT=9000  DATASET=ml-latest-small  VENV=folder  PYTHON=/path/to/python3"

setup:
	@tools/setup.sh "$(VENV)" run

setup-dev:
	@tools/setup.sh "$(VENV)" dev

run: setup  ## Serve the app on http://localhost:8501, set up on first use
	@$(PY) -m core fetch "$(DATASET)" >/dev/null || echo "The app fetches the data itself when it is opened."
	@echo "Reelspace: http://localhost:$(PORT)  (Ctrl+C stops it)"
	@exec $(PY) -m streamlit run dashboard/app.py --server.port "$(PORT)" --server.showEmailPrompt false \
		--server.headless $(if $(HAS_SCREEN),false,true)

test: setup-dev  ## Check and test everything, the browser included
	@browser=$$(tools/browser.sh "$(PY)") && server=$$(tools/postgres.sh "$(PY)") && $(MAKE) lint VENV="$(VENV)" && \
	REELSPACE_CHROMIUM="$$browser" REELSPACE_POSTGRES="$$server" tools/test.sh "$(PY)" $(PYTEST_ARGS)

test-spark: setup-dev  ## Test training on Spark; brings Spark, and Java where there is none
	@spark=$$(tools/spark.sh "$(PY)") && PYTHONPATH="$$spark" $(PY) -m pytest tests/spark $(PYTEST_ARGS)

lint: setup-dev  ## ruff and mypy
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy

format: setup-dev  ## Let ruff format and mend what it can
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

bench: setup-dev  ## Measure what the README claims
	@for file in benchmarks/bench_*.py; do \
		echo "== $$file"; $(PY) -m "benchmarks.$$(basename "$$file" .py)" || exit 1; \
	done

screenshots: setup-dev  ## Photograph every page, light and dark, large and small
	@browser=$$(tools/browser.sh "$(PY)") && REELSPACE_CHROMIUM="$$browser" $(PY) -m tools.screenshots --readme

axes: setup-dev  ## Name the first axes of ml-100k anew, in docs/axes.md
	@$(PY) -m core axes --dataset ml-100k --json > .axes.json && $(PY) -m tools.axes_table < .axes.json > docs/axes.md; \
		status=$$?; rm -f .axes.json; exit $$status

soak: setup-dev  ## Leave the app under use and watch its memory; test the sampler for long
	@REELSPACE_LONGER=20 $(PY) -m pytest -q tests/test_bayes.py -k joint_distribution --timeout=1800
	@browser=$$(tools/browser.sh "$(PY)") && REELSPACE_CHROMIUM="$$browser" $(PY) -m tools.soak

clean:  ## Remove the virtual environment and what tools left behind
	@rm -rf .venv *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage htmlcov test-artefacts
	@find . -name __pycache__ -prune -exec rm -rf {} +
