#!/bin/sh
# Everything that is checked without running a test. Goes through to the end and says then what failed.
set -u

cd "$(dirname "$0")/.." || exit

# Some checks read the settings and compare the models with the migrations, so they want a database: one for all.
if [ -z "${DATABASE_URL:-}" ]; then
    exec .venv/bin/python tools/with_database.py sh tools/check.sh
fi

PATH=$PWD/.venv/bin:$PATH
began=$(date +%s)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=

step() {
    name=$1
    shift
    printf '%s\n' "-- $name"
    "$@" || failed="$failed  $name"
}

# What an installation in production sets, so that `check --deploy` judges what is deployed and not the demo.
secret() { python -c 'import secrets; print(secrets.token_urlsafe(64))'; }
export DJANGO_SETTINGS_MODULE=registret.config.settings
export REGISTRET_DEMO=no
export REGISTRET_SITE_HOST=registret.example
export REGISTRET_CARD_HOST=kort.registret.example
export REGISTRET_CONTACT_MAIL=support@registret.example
export REGISTRET_DATA_PROTECTION_MAIL=dataskyddsombud@registret.example
export REGISTRET_MAIL_FROM=registret@registret.example
export REGISTRET_SMTP_HOST=smtp.registret.example
export REGISTRET_TRUST_DIR="$scratch"
REGISTRET_SECRET_KEY=$(secret)
REGISTRET_LINK_KEY=$(secret)
REGISTRET_SEAL_KEY=$(secret)
REGISTRET_OPT_OUT_KEY=$(secret)
REGISTRET_RESEARCH_KEY=$(secret)
REGISTRET_FILE_KEY=$(secret)
export REGISTRET_SECRET_KEY REGISTRET_LINK_KEY REGISTRET_SEAL_KEY REGISTRET_OPT_OUT_KEY REGISTRET_RESEARCH_KEY
export REGISTRET_FILE_KEY

templates() { find registret -path '*/templates/*' -name '*.html' -exec djade --target-version 5.2 "$@" {} +; }

# A lock that names an index, a folder or an unhashed package works on one machine only.
locks() {
    ! grep -nE '://|^ *--(index|extra-index|find-links|trusted-host|no-index)|^[./]|@ ' requirements.txt requirements-demo.txt requirements-dev.txt
}

step "ruff: mistakes and style" ruff check --quiet .
step "ruff: layout" ruff format --quiet --check .
step "djade: layout of templates" templates --check
step "layout: lines of HTML, CSS and JavaScript" python tools/layout.py
step "locks: no addresses" locks
step "import-linter: floors and rooms" lint-imports --no-logo
step "mypy: types" mypy
step "django: migrations match the models" registret makemigrations --check --dry-run
# By tags: that of registret itself looks at an installation, and there is none here.
step "django: ready for production" registret check --deploy --fail-level WARNING \
    --tag security --tag compatibility --tag models --tag templates --tag urls --tag staticfiles --tag translation
if [ -f tools/messages.py ]; then
    step "translations: complete" python tools/messages.py check
fi

printf -- '-- %s s\n' $(($(date +%s) - began))
if [ -n "$failed" ]; then
    printf 'Failed:%s\n' "$failed" >&2
    exit 1
fi
