# `make bench` and `make test` work on a fresh machine with Python 3.11 to 3.13, make and a C compiler.
PYTHON ?= python3
PY := .venv/bin/python
WORKERS := $(shell nproc 2>/dev/null || echo 2)
GPU := $(wildcard /dev/nvidia0)
# Each of many processes would compile all it imports.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: bench test exploits lint alarms clean

bench: .venv/ready
ifeq ($(GPU),)
	$(PY) -m pytest -n $(WORKERS) --results=results/latest $(ARGS)
else
	# Judged by eight workers that share the GPU, then timed by one that has it alone.
	-$(PY) -m pytest -n 8 -q -m "not timing" --results=results/latest/judged $(ARGS)
	-$(PY) -m pytest -q -m timing --results=results/latest/timed --benchmark-autosave $(ARGS)
	$(PY) -m tsvc merge results/latest results/latest/judged results/latest/timed
endif

# Compiled for one GPU of each vendor, and judged on arrays of up to 8192 elements; `make bench` does it for all, and to
# the largest.
test: .venv/ready
	$(PY) -m pytest -n $(WORKERS) -q tests/test_tsvc.py --targets=sm_90,gfx942 --max-elements=8192 $(ARGS)
	$(PY) -m pytest -n $(WORKERS) -q tests/unit $(ARGS)

# Every exploit with its twin and its gate switched off; `make test` does that for every ninth.
exploits: .venv/ready
	EXPLOITS=all $(PY) -m pytest -n $(WORKERS) -q tests/unit/test_exploits.py $(ARGS)

lint: .venv/ready
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

.venv/ready: requirements.txt
	$(PYTHON) -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

# False alarms: the bundled kernels, RUNS times on data that were never drawn before; kept in results/alarms.json.
RUNS ?= 20
BACKEND ?= interpreter
alarms: .venv/ready
	PYTHONPATH=. $(PY) tests/unit/alarms.py --backend $(BACKEND) --runs $(RUNS) --workers $(WORKERS) $(ARGS)

clean:
	rm -rf .venv .cache .hypothesis .pytest_cache .ruff_cache .mypy_cache .benchmarks results/latest
