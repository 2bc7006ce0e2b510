#!/usr/bin/env bash
# Resolve the dependencies of pyproject.toml anew and write them, with hashes, to requirements/.
#
# Run it after changing a dependency.  It asks the public index only, whatever pip is configured to use on this
# machine, and records no address.  The hashes cover every wheel of a version, so one file serves all processors.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PIP_CONFIG_FILE=/dev/null CUSTOM_COMPILE_COMMAND=tools/pin.sh
unset PIP_FIND_LINKS PIP_INDEX_URL PIP_EXTRA_INDEX_URL

.venv/bin/python -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet pip-tools==7.6.2

pin() {
    "$work/venv/bin/pip-compile" --quiet --no-config --generate-hashes --allow-unsafe --strip-extras \
        --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options "$@" pyproject.toml
}
pin --output-file requirements/runtime.txt
pin --constraint requirements/runtime.txt --extra test --extra check --build-deps-for editable \
    --output-file requirements/development.txt
