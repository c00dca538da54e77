# `make bench` and `make test` work on a fresh machine with Python 3.11 to 3.13, make and a C compiler.
PYTHON ?= python3
PY := .venv/bin/python
# Without a GPU the suite is plain computing: one pytest worker a core. With GPUs: one worker judges, then one times.
WORKERS := $(shell ls /dev/nvidia[0-9]* >/dev/null 2>&1 && echo 0 || nproc 2>/dev/null || echo 2)

.PHONY: bench test lint clean

bench: .venv/ready
	$(PY) -m pytest -n $(WORKERS) --results results/latest $(ARGS)

test: .venv/ready
	$(PY) -m pytest -n $(WORKERS) -q tests/test_tsvc.py $(ARGS)
	$(PY) -m pytest -q tests/unit $(ARGS)

lint: .venv/ready
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

.venv/ready: requirements.txt
	$(PYTHON) -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

clean:
	rm -rf .venv .cache .hypothesis .pytest_cache .ruff_cache .mypy_cache .benchmarks results/latest
