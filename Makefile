# Everything a newcomer needs is here; each target sets up what is missing first.

.DEFAULT_GOAL := help
.PHONY: help audit pictures setup setup-bench setup-browser setup-demo demo demo-reset demo-browser test test-fast test-slow bench chaos conformance lint format messages migrations requirements clean

BIN := .venv/bin
# Which demo card `make demo-browser` puts into the browser.
CARD ?= reporter
# PIN=yes: the card asks for its PIN, in a reader of SoftHSM2.
PIN ?= no

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-22s%s\n", $$1, $$2 }'

setup:
	@sh tools/setup.sh

setup-demo:
	@sh tools/setup.sh --demo

setup-browser:
	@sh tools/setup.sh --browser

setup-bench:
	@sh tools/setup.sh --bench

demo: setup-demo ## Start a whole country in a box: https://registret.localhost:8443
	@$(BIN)/registret demo

demo-reset: setup-demo ## Delete the demo's data; the next `make demo` starts over
	@$(BIN)/registret demo-reset

demo-browser: ## Open a browser that holds one demo card: make demo-browser CARD=reporter
	@sh tools/setup.sh --demo --browser
	@$(BIN)/registret demo-browser --card "$(CARD)" --pin "$(PIN)"

# For two cores: a journey waits for its browser half of the time, so a third worker finds room. Tests that share a house
# or a listener are a group and stay in one worker.
test: setup-browser ## Prove it: the checks, then every test but the slow ones
	@$(BIN)/python tools/run_tests.py --checks -n 3 --dist loadgroup

test-fast: setup ## The tests of rooms and house that start no process
	@$(BIN)/pytest -n 2 --dist loadgroup -m "not process" tests/rooms tests/house

pictures: setup-browser ## Make the pictures of the README anew
	@rm -rf out/manual
	@REGISTRET_PICTURES=out/manual $(BIN)/pytest -q tests/journeys/test_manual.py tests/journeys/test_registry.py
	@for picture in docs/pictures/*.png; do cp "out/manual/$${picture##*/}" docs/pictures/; done

# What needs Debian's servers (tests/fronts) or a screen (tests/slow): `pytest` alone leaves it out, see pyproject.toml.
# And a whole year of a country, of which `make test` plays the first weeks. It lasts longest and comes first: pytest-xdist
# would begin with the groups that have most tests, and one worker would play the year while the others are done.
test-slow: ## The tests with Debian's nginx and HAProxy, those that need a screen, and a year of a country
	@sh tools/setup.sh --browser --fronts --postgresql --screen
	@REGISTRET_YEAR_PEOPLE=1000 $(BIN)/python tools/run_tests.py -n 3 --dist loadgroup --no-loadscope-reorder tests/rooms/access/test_a_year.py $(wildcard tests/slow tests/fronts)

bench: setup-bench ## Measure what things cost, each with its spread and beside what is promised: benchmarks/*.py
	@broken=; for file in benchmarks/[a-z]*.py; do echo "-- $$file"; PYTHONPATH=. $(BIN)/python "$$file" || broken=yes; done; test -z "$$broken"

# ROUNDS: how many faults. SEED: which ones, and in which order.
chaos: setup ## Break things during load, and hold what people were told against what is there: make chaos ROUNDS=30
	@$(BIN)/python -m tests.chaos --rounds $(or $(ROUNDS),100) --seed $(or $(SEED),1)

# LIMBO: another release of x509-limbo, in the suite's own format.
conformance: setup ## Hold the decision about cards against other people's suites; writes docs/conformance.md
	@$(BIN)/python -m tests.conformance $(LIMBO)

lint: setup ## The checks without the tests
	@sh tools/check.sh

audit: setup ## Look for known weaknesses in the locked packages; asks api.osv.dev, so it is no part of the checks
	@$(BIN)/python tools/audit.py

format: setup ## Lay out code and templates, and mend what can be mended
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .
	@find registret -path '*/templates/*' -name '*.html' -exec $(BIN)/djade --target-version 5.2 {} +

messages: setup ## Collect the texts to translate and compile the translations
	@$(BIN)/python tools/messages.py update
	@$(BIN)/python tools/messages.py compile

migrations: setup ## Make the migrations that changed models need; read them before you commit
	@PYTHONPATH=. $(BIN)/python tools/migrations.py

# uv makes one lock for all platforms and Pythons. UV_NO_CONFIG: nobody's own index or folder gets into the files.
LOCK = UV_NO_CONFIG=1 $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	--python-version 3.11 $(UPGRADE)
requirements: setup ## Make the locks anew from requirements*.in: make requirements UPGRADE=--upgrade
	@$(BIN)/python -m pip install --quiet uv
	@$(LOCK) requirements.in --output-file requirements.txt
	@$(LOCK) requirements-demo.in --output-file requirements-demo.txt
	@$(LOCK) requirements-dev.in --output-file requirements-dev.txt

clean: ## Remove what was made here, except the demo's data
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis registret.egg-info build out
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@find registret -name '*.mo' -delete
