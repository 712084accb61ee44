#!/usr/bin/env bash
# Installs schemathesis, which tests the HTTP API by its OpenAPI document, and prints where it is. Once: it is kept in the
# user's cache, in its own Python environment with the versions of requirements.txt.
#
#   install.sh --where   only print where it is, install nothing; fails when it isn't there
set -euo pipefail

requirements="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/requirements.txt"
version="$(sed -n 's/^schemathesis==//p' "$requirements")"
target="${XDG_CACHE_HOME:-$HOME/.cache}/dashkeep-schemathesis/$version"

if [ "${1:-}" != "--where" ] && [ ! -e "$target/complete" ]; then
  python3 -m venv --clear "$target" >&2 || {
    echo "install.sh: Python with venv is needed to install schemathesis $version (Debian: python3-venv)" >&2
    exit 1
  }
  "$target/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements" >&2
  touch "$target/complete"
fi
echo "$target/bin/schemathesis"
[ -e "$target/complete" ]
