# Everything a checkout needs, from Python 3.11+, pip and make alone: each target makes its own
# virtual environment in .venv first.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --constraint constraints.txt
TORCH := torch==2.13.0
REPORT ?= report

# One thread per process: two tests (or two stages of `reproduce`) run side by side.
export OMP_NUM_THREADS ?= 1
export JAX_PLATFORMS ?= cpu

.PHONY: help reproduce test lint test-notebooks test-slow test-peers notebooks notebooks-peers figures lab bench clean

help:
	@echo 'make reproduce    derive, check, compare and draw every theory; one report in $(REPORT)/report.html'
	@echo 'make test         lint, import contracts, tests, notebooks'
	@echo 'make test-slow    the tests that take longest: networks in training, matrix formulas compiled by JAX'
	@echo 'make test-peers   install PyTorch and the peer packages, run the tests that need them'
	@echo 'make notebooks    rebuild and execute the notebooks'
	@echo 'make notebooks-peers   the same of the notebooks on other packages (slow)'
	@echo 'make figures      rebuild the figures'
	@echo 'make lab          open the notebooks in JupyterLab'
	@echo 'make bench        measure speed and memory'
	@echo 'make clean        remove the environment and the report'

reproduce: $(VENV)/installed
	$(BIN)/theory reproduce --to $(REPORT)

test: lint $(VENV)/installed
	$(BIN)/python -m pytest -n 2 --dist loadscope -m "not slow" tests
	$(MAKE) test-notebooks

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

test-notebooks: $(VENV)/installed
	$(BIN)/python -m pytest -n 2 --dist loadfile --nbval --nbval-current-env notebooks/*.ipynb

test-slow: $(VENV)/installed
	$(BIN)/python -m pytest -n 2 --dist loadscope -m slow tests

test-peers: $(VENV)/peers
	$(BIN)/python -m pytest -m "peers and not slow" tests

notebooks: $(VENV)/installed
	$(BIN)/theory notebooks --to notebooks

notebooks-peers: $(VENV)/peers
	$(BIN)/jupytext --to ipynb --execute notebooks/peers/*.py

figures: $(VENV)/installed
	$(BIN)/theory figures --to figures

lab: $(VENV)/lab
	$(BIN)/jupyter lab notebooks

bench: $(VENV)/bench
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) $(REPORT)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'needs Python 3.11 or newer: make PYTHON=python3.12 ...' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) --editable '.[jax,test]'
	@touch $@

# PyTorch first and alone: the peers would otherwise pull in another build of it.
$(VENV)/peers: $(VENV)/installed
	$(PIP) '$(TORCH)'
	$(PIP) --editable '.[jax,test,peers]'
	@touch $@

$(VENV)/bench: $(VENV)/installed
	$(PIP) --editable '.[test,bench]'
	@touch $@

$(VENV)/lab: $(VENV)/installed
	$(PIP) --editable '.[jax,test,lab]'
	@touch $@
