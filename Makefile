# make run    set everything up from nothing and serve the app; EXPORT=1 installs all forms of Take home,
#             CERT=file.pem KEY=file.pem serves https
# make test   set everything up and run all tests, browser tests included
# make quick  the tests without TensorFlow, workers and browser, for the inner loop
# make coverage, make mutants  what tests reach, and what they would notice (docs/testing.md)
# make check  lint, format and types, of the browser components too where npm is
# make bench  measure this machine; make bench-check says in ten minutes what moved since the published figures
# make webkit every page in WebKitGTK, Safari's engine: needs webkit2gtk-driver and xvfb
# make lock   fix the newest allowed versions in requirements.lock
# make models train the pretrained networks again

PYTHON ?= python3
VENV ?= .venv
ADDRESS ?= 127.0.0.1
PORT ?= 8501
WATCH ?= none
CERT ?=
KEY ?=
BIN = $(VENV)/bin
export PYTHON
# Containers often forbid Python to keep what it has compiled. It is kept in folders of the lab's own, and without it
# every start compiles 2,500 modules: the server needs 2.4 s instead of 1.1, TensorFlow twice as long.
export PYTHONDONTWRITEBYTECODE =

.PHONY: run test quick coverage mutants check format bench bench-check models screenshots webkit venv lock clean

# NumPy computes on one thread: beside a training run several would wait for each other.
run: $(VENV)/$(if $(EXPORT),.export,.run)
	@[ -z "$(CERT)$(KEY)" ] || { [ -r "$(CERT)" ] && [ -r "$(KEY)" ]; } || \
		{ echo "CERT and KEY must both name a file in PEM form that can be read, as docs/classroom.md says."; exit 2; }
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m streamlit run app.py --server.address=$(ADDRESS) --server.port=$(PORT) \
		--server.fileWatcherType=$(WATCH) $(if $(CERT)$(KEY),--server.sslCertFile=$(CERT) --server.sslKeyFile=$(KEY))

test: $(VENV)/.dev
	@sh scripts/node.sh
	@sh scripts/browser.sh $(BIN)/python
	sh scripts/test.sh $(BIN)/python $(ARGS)

quick: $(VENV)/.dev
	$(BIN)/python -m pytest -q -n auto --dist loadscope --hypothesis-profile=quick \
		-m "not tensorflow and not workers and not browser" $(ARGS)

coverage: $(VENV)/.dev
	$(BIN)/python -m pytest -q -n auto --dist loadscope -m "not workers and not browser" --cov --cov-report=term $(ARGS)

mutants: $(VENV)/.dev
	$(BIN)/mutmut run $(ARGS)
	$(BIN)/mutmut results

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@sh scripts/node.sh
	@if [ -d node_modules ]; then npm run --silent check; fi

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	@sh scripts/node.sh
	@if [ -d node_modules ]; then npm run --silent format && npm run --silent build; fi

bench: $(VENV)/.dev
	@sh scripts/browser.sh $(BIN)/python
	$(BIN)/python -m cnn bench $(ARGS)

bench-check: $(VENV)/.dev
	@sh scripts/browser.sh $(BIN)/python
	$(BIN)/python -m bench --check $(ARGS)

models: $(VENV)/.run
	$(BIN)/python -m cnn models $(ARGS)

screenshots: $(VENV)/.dev
	@sh scripts/browser.sh $(BIN)/python
	$(BIN)/python scripts/screenshots.py

webkit: $(VENV)/.dev
	$(BIN)/python -m scripts.webkit

venv: $(VENV)/.dev

$(VENV)/.run: requirements.lock scripts/venv.sh
	sh scripts/venv.sh $(VENV)
	@touch $@

$(VENV)/.export: requirements.lock requirements-export.txt scripts/venv.sh
	sh scripts/venv.sh $(VENV) requirements-export.txt
	@touch $@ $(VENV)/.run

$(VENV)/.dev: requirements.lock requirements-export.txt requirements-dev.txt scripts/venv.sh
	sh scripts/venv.sh $(VENV) requirements-dev.txt
	@touch $@ $(VENV)/.run $(VENV)/.export

# The versions that make run installs: the newest that requirements.txt allows, for Python 3.11 and newer on any system.
lock: $(VENV)/.dev
	$(BIN)/python -m uv pip compile requirements.txt --universal --python-version 3.11 --generate-hashes \
		--custom-compile-command "make lock" --quiet -o requirements.lock

clean:
	rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache
