# `make` builds the one file; `make help` lists what there is.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
# Two test runs at once would only share the two things they both wait for: disk and processor.
.NOTPARALLEL:

export DEBIAN_FRONTEND := noninteractive

# The byte-code in the single file is made for this one; others take the sources beside it.
PYTHON ?= /usr/bin/python3
export PYTHON
DESTDIR ?=
prefix ?= /usr/local
bindir = $(DESTDIR)$(prefix)/bin
datadir = $(DESTDIR)$(prefix)/share

VENV := build/venv/bin
PYTEST := $(VENV)/python -m pytest
SOURCES := rpmostree_tool.py LICENSE .ci/build_zipapp.py .ci/zipapp.lock \
	$(shell find libexec -type f -not -path '*/__pycache__/*')

.PHONY: single-file
single-file: build/rpm-ostree ## build the one file, build/rpm-ostree (what `make` alone does)

build/rpm-ostree: $(SOURCES)
	$(PYTHON) .ci/build_zipapp.py --output $@

.PHONY: help
help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: deps
deps: ## install the tools that are missing (apt-get or dnf), make build/venv
	.ci/setup.sh

.PHONY: check
check: deps lint unit single-file modern-root single-file-test integration modern vm ## all checks, from a fresh machine on

.PHONY: lint
lint: deps ## style and types
	$(VENV)/ruff check
	$(VENV)/ruff format --check
	$(VENV)/mypy
	$(VENV)/mypy .ci/*.py

.PHONY: unit
unit: deps ## tests without processes worth naming, and the layers
	$(PYTEST) -m 'not (install or integration or modern or vm)'

.PHONY: single-file-test
single-file-test: deps single-file modern-root ## run the single file: bare environment, other Pythons, start-up
	$(PYTEST) -m install

.PHONY: integration
integration: deps single-file ## the real tools of this machine in a temporary sysroot
	$(PYTEST) -m 'integration and not modern'

.PHONY: modern-root
modern-root: deps ## make the chroot with the newest tools, build/modern
	.ci/modern.sh make

.PHONY: modern
modern: deps single-file ## the integration tests with the newest tools, in that chroot
	.ci/modern.sh test

.PHONY: vm
vm: deps single-file ## boot it in QEMU
	$(PYTEST) -m vm

.PHONY: demo
demo: ## show an install, an upgrade and a roll back
	.ci/demo.sh

.PHONY: bench
bench: deps single-file ## measure against the bare tools
	$(VENV)/python .ci/bench.py

.PHONY: man
man: deps ## write man/ from the commands
	$(VENV)/python .ci/gen_man.py

.PHONY: completions
completions: deps ## write completions/ from the commands
	$(VENV)/python .ci/gen_completions.py

# Nothing is asked for here but what is there: `make install` must not reach for the network.
.PHONY: install
install: ## put the built file, man pages and completions below $(DESTDIR)$(prefix)
	test -f build/rpm-ostree || $(MAKE) single-file
	install -D -m 755 build/rpm-ostree $(bindir)/rpm-ostree
	for page in man/*.[1-8]; do \
		[ -f "$$page" ] || continue; \
		install -D -m 644 "$$page" "$(datadir)/man/man$${page##*.}/$${page##*/}"; \
	done
	put() { [ ! -f "$$1" ] || install -D -m 644 "$$1" "$$2"; }; \
	put completions/rpm-ostree.bash $(datadir)/bash-completion/completions/rpm-ostree; \
	put completions/_rpm-ostree $(datadir)/zsh/site-functions/_rpm-ostree; \
	put completions/rpm-ostree.fish $(datadir)/fish/vendor_completions.d/rpm-ostree.fish

.PHONY: clean
clean: ## remove all that was built
	[ ! -d build/demo ] || .ci/demo.sh clean
	rm -rf --one-file-system build .mypy_cache .ruff_cache .pytest_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
