#!/bin/sh
# Makes .venv and fills it from the hashed lock. Done before, it costs a few hundredths of a second.
#
#   tools/setup.sh              what the demo and the checks need
#   tools/setup.sh --demo       what the demo needs, and no more, unless there is more
#   tools/setup.sh --browser    also Chromium, certutil and fonts, for `make demo-browser` and the journeys
#   tools/setup.sh --fronts     also nginx, HAProxy and PgBouncer, for the tests of deploy/
#   tools/setup.sh --postgresql also Debian's PostgreSQL 17, beside the one of the demo, for tests/slow
#   tools/setup.sh --bench      also nginx and what builds the client of benchmarks/logins.py
#   tools/setup.sh --screen     also a screen without a screen, a card with a PIN and Firefox, for tests/slow
#
# As root on Debian it installs what is missing; elsewhere it says what is missing and how to get it.
set -eu

cd "$(dirname "$0")/.."
venv=.venv
stamp=$venv/registret-stamp
log=$venv/setup.log

say() { printf '%s\n' "$*"; }
fail() {
    printf 'registret: %s\n' "$*" >&2
    exit 1
}

debian_root() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && command -v dpkg >/dev/null; }

apt_install() {
    say "Installing from Debian: $*"
    apt_log=$(mktemp)
    # A list of packages that is weeks old names files that no longer exist, so it is fetched first: but only when needed.
    if ! { DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=120 update &&
        DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 install --no-install-recommends "$@"; } \
        >"$apt_log" 2>&1 </dev/null; then
        tail -n 20 "$apt_log" >&2
        rm -f "$apt_log"
        fail "Debian's packages could not be installed (above: why). Try: apt-get update && apt-get install $*"
    fi
    rm -f "$apt_log"
}

# --- an interpreter ---------------------------------------------------------------------------------------------------

# The python3 on PATH may be an old one, so the newest that this project is tested with comes first.
candidates="python3.14 python3.13 python3.12 python3.11 python3 /usr/bin/python3"

find_python() { # $1: Python that must run without an error
    for candidate in $candidates; do
        if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c "$1" >/dev/null 2>&1; then
            command -v "$candidate"
            return
        fi
    done
}

new_enough='import sys; sys.exit(sys.version_info < (3, 11))'
# Debian keeps ensurepip in a package of its own; without it `python -m venv` makes an environment that has no pip.
complete="import ensurepip, venv; $new_enough"

make_venv() {
    python=$(find_python "$complete")
    if [ -z "$python" ] && debian_root; then
        apt_install python3 python3-venv
        python=$(find_python "$complete")
    fi
    if [ -z "$python" ]; then
        python=$(find_python "$new_enough")
        [ -n "$python" ] || fail "Python 3.11 or newer is missing. Debian, Ubuntu: sudo apt-get install python3 python3-venv"
        fail "$python has no venv module with pip. Debian, Ubuntu: sudo apt-get install python3-venv"
    fi
    say "Making $venv with $("$python" -V) ($python)"
    "$python" -m venv --clear "$venv" >/dev/null 2>&1 || fail "$PWD/$venv could not be made: is $PWD writable, is the disk full?"
}

# --- the packages -----------------------------------------------------------------------------------------------------

pip_install() { # $1: what it is called if it fails; the rest: for pip
    what=$1
    shift
    if ! PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 "$venv/bin/python" -m pip install --quiet "$@" >"$log" 2>&1; then
        why=$(grep -E '^ *ERROR' "$log" | tail -n 1 | sed 's/^ *ERROR: *//')
        # Without a network pip ends with "no matching distribution", which sends people looking in the wrong place.
        ! grep -q 'Retrying .* after connection broken' "$log" || why="the package index does not answer (no network?)"
        fail "$what could not be installed: ${why:-see the log}. The whole log: $PWD/$log"
    fi
}

command -v sha256sum >/dev/null && sha=sha256sum || sha="shasum -a 256"
# An environment does not survive being moved, nor a change of what it was filled from.
place=$PWD
contents_of() { cat "$1" pyproject.toml | $sha | cut -d ' ' -f 1; }
asked_for() { case " $arguments " in *" $1 "*) ;; *) return 1 ;; esac; }
arguments=$*

if ! [ -f "$stamp" ] || ! [ "$(sed -n 1p "$stamp")" = "$place" ] || ! "$venv/bin/python" -c "$new_enough" 2>/dev/null; then
    make_venv
    printf '%s\n' "$place" >"$stamp"
fi
lock=requirements-dev.txt size=305
filled_from=$(sed -n 2p "$stamp")
# More than the demo needs does it as well.
if asked_for --demo && ! [ "$filled_from" = "$(contents_of $lock)" ]; then lock=requirements-demo.txt size=86; fi
if ! [ "$filled_from" = "$(contents_of $lock)" ]; then
    say "Installing $(grep -c '^[a-z]' $lock) packages ($size MB to fetch the first time)"
    pip_install "The packages of $lock" --require-hashes -r $lock
    pip_install "registret itself" --no-deps --no-build-isolation -e .
    printf '%s\n%s\n' "$place" "$(contents_of $lock)" >"$stamp"
fi

# --- the translations -------------------------------------------------------------------------------------------------

if [ -f tools/messages.py ] && [ -d registret/locale ]; then
    for source in registret/locale/*/LC_MESSAGES/*.po; do
        [ -f "$source" ] || continue
        compiled=${source%.po}.mo
        if ! [ -f "$compiled" ] || [ -n "$(find "$source" -newer "$compiled")" ]; then
            "$venv/bin/python" tools/messages.py compile || fail "The translations could not be compiled (above: why)."
            break
        fi
    done
fi

# --- a browser --------------------------------------------------------------------------------------------------------

if asked_for --browser; then
    missing=
    # Debian calls it chromium, Ubuntu chromium-browser, Google's own google-chrome.
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null ||
        missing="$missing chromium"
    # Debian keeps the languages of Chromium in a package of its own. Without it the browser speaks English, no more.
    if debian_root || [ -n "$missing" ]; then
        [ -e /usr/lib/chromium/locales/sv.pak ] || missing="$missing chromium-l10n"
    fi
    # Puts the demo's cards and its CA into the browser's own certificate store.
    command -v certutil >/dev/null || missing="$missing libnss3-tools"
    # Without a font of the usual widths the pages look different on every machine.
    [ -n "$(find /usr/share/fonts /usr/local/share/fonts "${HOME:-/nonexistent}/.fonts" /Library/Fonts \
        -name 'LiberationSans-Regular*' 2>/dev/null)" ] || missing="$missing fonts-liberation"
    if [ -n "$missing" ]; then
        debian_root || fail "Missing for the browser:$missing. Debian: sudo apt-get install$missing"
        # shellcheck disable=SC2086 # a list of names
        apt_install $missing
    fi
fi

# --- the benchmarks ---------------------------------------------------------------------------------------------------

if asked_for --bench; then
    missing=
    command -v cc >/dev/null || missing="$missing gcc libc6-dev"
    [ -e /usr/include/openssl/ssl.h ] || missing="$missing libssl-dev"
    PATH=$PATH:/usr/sbin command -v nginx >/dev/null || missing="$missing nginx"
    if [ -n "$missing" ]; then
        debian_root || fail "Missing for the benchmarks:$missing. Debian: sudo apt-get install$missing"
        # shellcheck disable=SC2086 # a list of names
        apt_install $missing
    fi
fi

# --- the fronts -------------------------------------------------------------------------------------------------------

if asked_for --fronts; then
    missing=
    # Debian keeps servers in /usr/sbin, which is not on everybody's PATH.
    for front in nginx haproxy pgbouncer promtool; do
        PATH=$PATH:/usr/sbin command -v "$front" >/dev/null || missing="$missing $front"
    done
    if [ -n "$missing" ]; then
        debian_root || fail "Missing for the tests of the fronts:$missing. Debian: sudo apt-get install$missing"
        # shellcheck disable=SC2086 # a list of names
        apt_install $missing
        # The tests start programs of their own; nobody asked for a server on port 80 or 6432.
        ! command -v systemctl >/dev/null ||
            for front in $missing; do systemctl disable --now "$front" >/dev/null 2>&1 || true; done
    fi
fi

# --- Debian's PostgreSQL ----------------------------------------------------------------------------------------------

has_17() { apt-cache search --names-only '^postgresql-17$' 2>/dev/null | grep -q .; }

if asked_for --postgresql && ! [ -x /usr/lib/postgresql/17/bin/postgres ]; then
    if debian_root && { has_17 || { apt-get -q update >/dev/null 2>&1 && has_17; }; }; then
        apt_install postgresql-common
        # Its programs are wanted, and no server that runs.
        sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
        apt_install postgresql-17
    else
        say "PostgreSQL 17 is not installed (Debian 13: sudo apt-get install postgresql-17): the tests with it are skipped"
    fi
fi

# --- a screen, a card with a PIN, another browser ---------------------------------------------------------------------

if asked_for --screen; then
    missing=
    # Programs, and Debian's packages that hold them: a screen, its window manager, its fingers, tokens, Firefox.
    for wanted in Xvfb:xvfb openbox:openbox xdotool:xdotool softhsm2-util:softhsm2 pkcs11-tool:opensc firefox-esr:firefox-esr; do
        command -v "${wanted%%:*}" >/dev/null || missing="$missing ${wanted#*:}"
    done
    if [ -n "$missing" ]; then
        debian_root || fail "Missing for the tests with a screen:$missing. Debian: sudo apt-get install$missing"
        # shellcheck disable=SC2086 # a list of names
        apt_install $missing
    fi
fi
