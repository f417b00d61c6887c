# `make demo` runs the main job on a motion that ships with the package; `make test` passes the tests.
# Both set up a virtual environment first. PYTHON and VENV may be given.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
PYTEST_FLAGS ?= -n 2

.PHONY: demo test lint docs bench clean

$(BIN)/vitruve: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q -c constraints.txt torch
	$(BIN)/pip install -q -c constraints.txt -e .
	touch $@

$(BIN)/pytest: $(BIN)/vitruve
	$(BIN)/pip install -q -c constraints.txt -e '.[test]'
	touch $@

demo: $(BIN)/vitruve
	$(BIN)/vitruve run sample:walk -o vitruve-out
	@echo "open vitruve-out/walk/report.html in a browser"

test: $(BIN)/pytest
	command -v npm >/dev/null && npm ci --silent --prefix tests/browser || echo "npm not found: the glTF validator tests will skip"
	$(BIN)/python -m pytest $(PYTEST_FLAGS)

lint: $(BIN)/pytest
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(BIN)/vitruve
	$(BIN)/pip install -q -c constraints.txt -e '.[docs]'
	$(BIN)/python -m vitruve.methods.documents docs
	$(BIN)/mkdocs build --strict

bench: $(BIN)/pytest
	$(BIN)/pip install -q -c constraints.txt -e '.[bench]'
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) site build dist vitruve-out tests/browser/node_modules
