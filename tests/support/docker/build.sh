#!/usr/bin/env bash
# Makes what tests/containers needs and no registry has to give, and prints the folder it is in:
#
#   docker-compose, versitygw   from their Go modules
#   <name>.tar                  file systems of images: bases for our builds, an S3 server, Prometheus (see images.sh)
#
# The first time takes some minutes; afterwards the folder in the user's cache is found and nothing is done.
# Needs root, Go, npm and: apt-get install -y --no-install-recommends debootstrap busybox-static prometheus
#
#   DASHKEEP_CI_CACHE   where to keep all that (default: ${XDG_CACHE_HOME:-~/.cache}/dashkeep-ci)
#   build.sh --where    only print the folder, build nothing; fails when it isn't complete
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=tests/support/docker/versions.sh
. "$here/versions.sh"
cache="${DASHKEEP_CI_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/dashkeep-ci}"
# Other versions, and other ways to make the images, have a folder of their own.
key="$(cat "$here/versions.sh" "$here/images.sh" "$here"/*/entrypoint.sh /etc/os-release | sha256sum | cut -c 1-12)"
target="$cache/docker/$key"

if [ "${1:-}" = "--where" ]; then
  echo "$target"
  [ -e "$target/complete" ]
  exit
fi

mkdir -p "$target"
exec 9> "$target/.lock"
flock 9
if [ ! -e "$target/complete" ]; then
  for tool in go npm debootstrap busybox prometheus; do
    command -v "$tool" > /dev/null || {
      echo "build.sh: $tool is missing; the first lines of this script name the packages" >&2
      exit 1
    }
  done
  echo "build.sh: making images and programs for tests/containers, once; this takes some minutes" >&2
  modules="$(mktemp -d)"
  trap 'rm -rf "$modules"' EXIT
  # Not `go install`: it refuses modules that exclude versions. Each has a module of its own, and so exactly its own versions.
  # $1 is the module, $2 its version, $3 the package in it, $4 its file's name here, $5 flags for the linker.
  build_program() {
    mkdir "$modules/$4"
    cd "$modules/$4"
    go mod init "$4" 2> /dev/null
    go get "$1@v$2"
    CGO_ENABLED=0 GOFLAGS='-trimpath -buildvcs=false -mod=mod' nice -n 15 go build -ldflags "-s -w ${5:-}" -o "$target/$4" "$1/$3"
  }
  build_program github.com/versity/versitygw "$VERSITYGW_VERSION" cmd/versitygw versitygw
  build_program github.com/docker/compose/v2 "$COMPOSE_VERSION" cmd docker-compose \
    "-X github.com/docker/compose/v2/internal.Version=v$COMPOSE_VERSION"
  nice -n 15 "$here/images.sh" "$target" >&2
  touch "$target/complete"
fi
echo "$target"
