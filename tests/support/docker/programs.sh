#!/usr/bin/env bash
# Builds docker-compose and versitygw from their Go modules beside DIRECTORY, by version, and links them into it.
#
#   programs.sh DIRECTORY
set -euo pipefail

[ $# -eq 1 ] || { sed -n '2,4p' "$0" >&2; exit 2; }
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=tests/support/docker/versions.sh
. "$here/versions.sh"
target="$(realpath "$1")"
modules="$(mktemp -d)"
trap 'rm -rf "$modules"' EXIT
TIMEFORMAT='programs.sh: it took %R s, %U s of a processor and %S s of the system'

# Not `go install`: it refuses modules that exclude versions. Each has its own module, and so exactly its own versions.
# Without inlining (-l) it takes half the time.
# $1 is the module, $2 its version, $3 the package in it, $4 its file's name here, $5 flags for the linker.
program() {
  local file=$4-$2
  if [ ! -x "$target/../$file" ]; then
    echo "programs.sh: building $file"
    mkdir "$modules/$4"
    cd "$modules/$4"
    go mod init "$4" 2> /dev/null
    retry go get "$1@v$2" 2> "$modules/log" || { tail -n 5 "$modules/log" >&2; return 1; }
    CGO_ENABLED=0 GOFLAGS='-trimpath -buildvcs=false -mod=mod -gcflags=all=-l' \
      go build -ldflags "-s -w ${5:-}" -o "$target/../$file.part" "$1/$3"
    mv "$target/../$file.part" "$target/../$file"
  fi
  ln -sfn "../$file" "$target/$4"
}

time program github.com/versity/versitygw "$VERSITYGW_VERSION" cmd/versitygw versitygw
time program github.com/docker/compose/v2 "$COMPOSE_VERSION" cmd docker-compose \
  "-X github.com/docker/compose/v2/internal.Version=v$COMPOSE_VERSION"
