#!/usr/bin/env bash
# Make .venv ready for `make demo`, `make test` and everything else.  Run by `make setup`; quick when there is nothing
# to do, and then without network.
#
#   root            installs missing Debian packages (packaging/debian-packages.txt)
#   ordinary user   installs nothing outside .venv and says what is missing
#
# Programs in sessions run as other users, so a Python that only its owner can execute is the last choice, and whatever
# is made here is readable by everyone.
set -euo pipefail
umask 022
cd "$(dirname "$0")/.."
unset PYTHONPATH PYTHONHOME VIRTUAL_ENV

say() { printf 'setup: %s\n' "$*" >&2; }
die() { say "$@"; exit 1; }

if command -v flock >/dev/null; then # two runs in one checkout wait for each other
    exec 9<tools/setup.sh
    flock 9
fi

# -- Debian packages

missing_packages() {
    command -v dpkg-query >/dev/null || return 0
    local wanted installed
    wanted=$(sed -E 's/[[:space:]]*(#.*)?$//; /^$/d' packaging/debian-packages.txt | sort)
    # shellcheck disable=SC2086  # one word per package
    installed=$(dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' $wanted 2>/dev/null |
        sed -n 's/^installed //p' | sort -u || true)
    comm -23 <(printf '%s\n' "$wanted") <(printf '%s\n' "$installed") | tr '\n' ' '
}

install_packages() {
    say "installing Debian packages: $*"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq || say "apt-get update failed; trying with the package lists that are here"
    apt-get install -qq -y --no-install-recommends -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" >&2 ||
        die "apt-get could not install: $*"
}

missing=$(missing_packages)
if [ -n "$missing" ] && [ "$(id -u)" = 0 ]; then
    # shellcheck disable=SC2086
    install_packages $missing
    missing=
fi

# -- anything to do?

wanted_state=$(
    {
        pwd
        cat pyproject.toml requirements/*.txt packaging/debian-packages.txt tools/setup.sh tools/fetch_pywin32.py
    } | sha256sum
)
stamp=.venv/setup-stamp
if [ -x .venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted_state" ]; then
    exit 0
fi
[ -z "$missing" ] || say "missing Debian packages; as root: apt-get install ${missing% }"

# -- Python

is_usable() { "$1" -c 'import ensurepip, sys, venv; ensurepip.version(); sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

others_can_run() {
    local path
    path=$(readlink -f "$1")
    while [ "$path" != / ]; do
        [ $((0$(stat -c %a "$path") & 1)) = 1 ] || return 1
        path=$(dirname "$path")
    done
}

choose_python() {
    local candidate
    local -a usable=()
    for candidate in {/usr,/usr/local}/bin/python3{,.11,.12,.13,.14} $(type -ap python3 python3.{11,12,13,14}); do
        if [ -x "$candidate" ] && is_usable "$candidate"; then
            if others_can_run "$candidate"; then
                echo "$candidate"
                return
            fi
            usable+=("$candidate")
        fi
    done
    [ ${#usable[@]} = 0 ] || echo "${usable[0]}"
}

if ! [ -x .venv/bin/python ] || ! grep -qsF " $PWD/.venv" .venv/pyvenv.cfg || ! is_usable .venv/bin/python; then
    python=$(choose_python)
    [ -n "$python" ] || die "no Python 3.11 or newer that can make virtual environments.
On Debian 12 or newer, as root: apt-get install python3 python3-venv
then run make setup again."
    say "making .venv with $python"
    rm -rf .venv
    "$python" -m venv .venv
fi

# -- what goes into .venv

pip() { .venv/bin/python -m pip --disable-pip-version-check --no-input "$@"; }
say "installing what requirements/development.txt pins"
pip install --quiet --progress-bar off --require-hashes --only-binary :all: --requirement requirements/development.txt
pip install --quiet --no-index --no-deps --no-build-isolation --editable .
.venv/bin/python tools/fetch_pywin32.py
.venv/bin/python -m compileall -q src  # the users of sessions cannot write the bytecode beside our sources

if [ "$(id -u)" = 0 ]; then
    for path in .venv/bin/python "$PWD/src"; do
        others_can_run "$path" ||
            say "note: $(readlink -f "$path") is in a place that other users cannot enter, and the users of sessions must"
    done
fi
printf '%s\n' "$wanted_state" >"$stamp"
say "done"
