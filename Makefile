# Samtjänst. Two commands: `make run` and `make test`. Needs Go, Node, make and git.
SHELL := /bin/bash
GO ?= go
BIN := bin/samtjanst
ARGS ?=

.PHONY: run build assets test bench soak deps check fmt clean

run: build
	@$(BIN) serve --demo $(ARGS)

build: tools assets
	$(GO) build -o $(BIN) ./platform/cmd/samtjanst

# One clear line for what is missing.
tools:
	@for t in $(GO) node npm git; do command -v $$t >/dev/null || { echo "make: $$t is missing: Samtjänst is built with Go, Node, make and git" >&2; exit 1; }; done
.PHONY: tools

assets:
	@bash renderer/assets/build.sh

# System packages that tests use. On Debian they are installed; elsewhere the tests say what they did not run, and with CI=true they fail.
deps:
	@bash platform/server/test-deps.sh

# The whole platform, and the browser, are tested one after the other: each wants the machine for itself.
test: tools deps assets check
	$(GO) build -o $(BIN) ./platform/cmd/samtjanst
	$(BIN) form lint forms/library
	$(BIN) form test forms/library
	$(GO) test -timeout 10m $$($(GO) list ./... | grep -v -e /platform/server -e /renderer/bare)
	set -o pipefail; $(GO) test -timeout 10m -v ./renderer/bare | grep -v -e '^=== ' -e '^ *--- PASS'
	$(GO) test -timeout 14m -p 1 ./platform/server/...

check:
	@out=$$(gofmt -l admin forms integrations platform renderer examples); [ -z "$$out" ] || { echo "not gofmt'ed: $$out" >&2; exit 1; }
	$(GO) vet ./...

# Figures beside baselines, from one run.
bench: tools assets
	$(GO) run ./platform/server/bench

# What takes too long for every change: fuzzing, the race detector, long campaigns.
soak: tools deps assets
	$(GO) test -race -timeout 60m ./...
	@set -e; for p in $$(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n1 dirname | sort -u); do \
	  for f in $$(grep -ho '^func Fuzz[A-Za-z0-9_]*' $$p/*_test.go | sed 's/func //'); do \
	    echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $${FUZZTIME:-60s} $$p; done; done

fmt:
	gofmt -w admin forms integrations platform renderer examples

clean:
	rm -rf bin renderer/assets/dist/*
