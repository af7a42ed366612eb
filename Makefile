# Every verb of the house. `make` alone lists them; .venv is made once from requirements.lock and again when that changes.

VENV := .venv
BIN := $(VENV)/bin
LOCKED := $(VENV)/.made-from-lock
READY := $(VENV)/.ready

# the first of these that runs and is 3.11 or 3.12; `make PYTHON=/path/to/python install` decides by hand
PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3,$(shell $(name) -c $(IS_FIT) 2>/dev/null && echo $(name))))
IS_FIT := 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))'

# marks of tests that need a service or minutes: `make test` leaves them out
COSTLY := corpus or chaos or chaos20 or postgres or browser or dask or slow

.DEFAULT_GOAL := help
.PHONY: help install run test test-all chaos check serve bench audit verify lock

help: ## các lệnh · what can be asked for
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(READY) ## tạo .venv theo requirements.lock · make .venv from requirements.lock

run: $(READY) ## nhận hộp thư mẫu, tổng hợp, lập báo cáo · take in the sample inbox, consolidate, report
	$(BIN)/python -m flows.nightly --inbox data/samples/laichau-st --report laichau-st

test: $(READY) ## kiểm thử nhanh · the quick tests
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder -m "not ($(COSTLY))"

test-all: $(READY) ## mọi kiểm thử trừ make chaos, cần PostgreSQL và Chromium · every test but those of make chaos
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder -m "not chaos"

chaos: $(READY) ## giết tiến trình 200 lần, đếm lại · kill processes 200 times, count again
	$(BIN)/pytest -m "chaos or chaos20"

check: $(READY) ## văn phong, kiểu dữ liệu, các tầng · style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

serve: $(READY) ## máy chủ Prefect và các luồng cho người vận hành · the Prefect server and flows for operators
	$(BIN)/python -m flows.serve

bench: $(READY) ## đo tốc độ, bộ nhớ, so với công cụ khác · measure speed and memory, against peers
	$(BIN)/python -m bench

audit: $(READY) ## tìm lỗ hổng đã biết trong gói phụ thuộc · known weaknesses in what we depend on
	$(BIN)/pip-audit --strict --require-hashes --disable-pip -r requirements.lock

verify: $(READY) ## đối chiếu kho lưu, sổ cái, bản công bố · compare archive, ledger and releases
	$(BIN)/etl verify

lock: ## tính lại requirements.lock, cần uv · make requirements.lock anew, needs uv
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --all-extras \
		pyproject.toml -o requirements.lock
	# prefect asks for sqlalchemy[asyncio]; pip 23 takes the pin of the plain name for another package and refuses the lock
	sed -n '/^sqlalchemy==/,/^    #/p' requirements.lock | sed -e '/^    #/d' -e 's/^sqlalchemy==/sqlalchemy[asyncio]==/' \
		-e '$$ s/ \\$$//' >> requirements.lock

$(READY): $(LOCKED) pyproject.toml
	$(BIN)/python -m pip install -qq --no-index --no-build-isolation --no-deps -e .
	@# who runs it may have no right to write here, and would compile 150 files at every start
	$(BIN)/python -m compileall -q src flows
	@touch $@

# --clear: what the last lock had and this one has not must not stay behind
$(LOCKED): requirements.lock
	@test -n "$(PYTHON)" || { echo "Cần Python 3.11 hoặc 3.12 (có venv) / Python 3.11 or 3.12 with venv is needed:" \
		"apt-get install python3 python3-venv, hoặc/or make PYTHON=/path/to/python3.11 install" >&2; exit 1; }
	@"$(PYTHON)" -c $(IS_FIT) || { echo "Python không hợp / not fit: $(PYTHON) là/is" \
		"`"$(PYTHON)" --version 2>&1`; cần 3.11 hoặc 3.12 có venv / 3.11 or 3.12 with venv is needed" >&2; exit 1; }
	"$(PYTHON)" -m venv --clear $(VENV)
	@if command -v uv >/dev/null && uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock; then :; \
	else $(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock; fi
	@touch $@
