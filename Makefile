# Thin on purpose: each target is a command or two. `make call` and `make test` need nothing but
# Python 3.11 or later with its venv module, and a C and C++ compiler.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
KERNEL := setup.py $(wildcard audiocore/*.pyx audiocore/*.pxi audiocore/*.h)

# GCC before 11.5, 12.4, 13.3 and 14 breaks llama.cpp's AMX kernels (GCC bug 114098) but for these
# flags, which clang does not know. A CPU without AMX needs none.
KEEP_STORES := -fno-dse -fno-tree-dse
ifneq (,$(shell grep -sqw amx_int8 /proc/cpuinfo && \
	c++ $(KEEP_STORES) -E -x c++ /dev/null >/dev/null 2>&1 && echo yes))
export CMAKE_ARGS += -DCMAKE_CXX_FLAGS="$(KEEP_STORES)"
endif

.PHONY: call serve test lint bench clean

call: $(VENV)/installed
	$(BIN)/audiocore call

serve: $(VENV)/installed
	$(BIN)/audiocore serve

test: lint
	$(BIN)/python -m pytest

lint: $(VENV)/tested
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m mypy.stubtest audiocore._kernels

bench: $(VENV)/tested
	$(BIN)/audiocore bench kernels

clean:
	rm -rf $(VENV) build dist *.egg-info audiocore/_kernels.c audiocore/*.so

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or later is needed: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip

$(VENV)/installed: $(VENV)/bin/python pyproject.toml constraints.txt $(KERNEL)
	@echo "Installing. The first time, llama.cpp is compiled for this machine: about five minutes."
	$(BIN)/pip install --constraint constraints.txt --editable .
	@touch $@

$(VENV)/tested: $(VENV)/installed
	$(BIN)/pip install --constraint constraints.txt --editable '.[test]'
	@touch $@
