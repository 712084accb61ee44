#!/usr/bin/env bash
# Builds actionlint, which checks GitHub's workflows, from its Go module and prints where it is. Once: it is kept in the user's cache.
#
#   actionlint.sh --where   only print where it is, build nothing; fails when it isn't there
set -euo pipefail

version=1.7.12
folder="${XDG_CACHE_HOME:-$HOME/.cache}/dashkeep-actionlint/$version"

if [ "${1:-}" != "--where" ] && [ ! -x "$folder/actionlint" ]; then
  command -v go > /dev/null || {
    echo "actionlint.sh: Go is needed to build actionlint $version" >&2
    exit 1
  }
  CGO_ENABLED=0 GOFLAGS="-trimpath -buildvcs=false -gcflags=all=-l" GOBIN="$folder" \
    go install "github.com/rhysd/actionlint/cmd/actionlint@v$version" >&2
fi
echo "$folder/actionlint"
[ -x "$folder/actionlint" ]
