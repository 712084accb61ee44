#!/usr/bin/env bash
# Installs stand-ins of Azure Blob Storage (Azurite) and Google Cloud Storage (fake-gcs-server), with npm and Go, and
# prints where they are, a line each. Once: they are kept in the user's cache, by version.
#
#   install.sh --where   only print where they are, install nothing; fails when one isn't there
set -euo pipefail

azurite=3.37.0
fake_gcs=v1.56.1
cache="${XDG_CACHE_HOME:-$HOME/.cache}"
azurite_folder="$cache/dashkeep-azurite/$azurite"
fake_gcs_folder="$cache/dashkeep-fake-gcs-server/$fake_gcs"

if [ "${1:-}" != "--where" ]; then
  if [ ! -e "$azurite_folder/complete" ]; then
    mkdir -p "$azurite_folder"
    echo '{ "private": true }' > "$azurite_folder/package.json"
    npm install --prefix "$azurite_folder" --no-audit --no-fund --silent --ignore-scripts "azurite@$azurite" >&2
    touch "$azurite_folder/complete"
  fi
  if [ ! -e "$fake_gcs_folder/complete" ]; then
    go=$(command -v go) || {
      echo "install.sh: Go is needed to build fake-gcs-server $fake_gcs (Debian: golang)" >&2
      exit 1
    }
    GOBIN="$fake_gcs_folder" "$go" install "github.com/fsouza/fake-gcs-server@$fake_gcs" >&2
    touch "$fake_gcs_folder/complete"
  fi
fi
echo "$azurite_folder/node_modules/azurite/dist/src/blob/main.js"
echo "$fake_gcs_folder/fake-gcs-server"
[ -e "$azurite_folder/complete" ] && [ -e "$fake_gcs_folder/complete" ]
