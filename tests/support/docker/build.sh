#!/usr/bin/env bash
# Makes what tests/containers needs and no registry has to give, and prints the folder it is in:
#
#   docker-compose, versitygw   from their Go modules (see programs.sh)
#   <name>.tar                  file systems of images: bases for our builds, an S3 server, Prometheus (see images.sh)
#
# The first time takes some minutes; afterwards the folder in the user's cache is found and nothing is done. What was made
# before something failed is kept, so it is enough to run this again.
# Needs root, Go, npm and: apt-get install -y --no-install-recommends debootstrap busybox-static prometheus
#
#   DASHKEEP_CI_CACHE   where to keep all that (default: ${XDG_CACHE_HOME:-~/.cache}/dashkeep-ci)
#   build.sh --where    only print the folder, build nothing; fails when it isn't complete
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=tests/support/docker/versions.sh
. "$here/versions.sh"
cache="${DASHKEEP_CI_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/dashkeep-ci}"
authorities=/etc/ssl/certs/ca-certificates.crt
# Other versions, other ways to make the images, and another registry or authority that they have to trust: another folder.
key="$({
  cat "$here/versions.sh" "$here/images.sh" "$here"/*/entrypoint.sh /etc/os-release "$authorities"
  npm config get registry
} 2> /dev/null | sha256sum | cut -c 1-12)"
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
  missing=()
  for tool in go npm debootstrap busybox prometheus; do
    command -v "$tool" > /dev/null || missing+=("$tool")
  done
  [ -r "$authorities" ] || missing+=("ca-certificates")
  if [ ${#missing[@]} -gt 0 ]; then
    echo "build.sh: ${missing[*]} is missing; the first lines of this script name the packages" >&2
    exit 1
  fi
  echo "build.sh: making images and programs for tests/containers, once; this takes some minutes" >&2
  TIMEFORMAT='build.sh: it took %R s, %U s of a processor and %S s of the system'
  failed=()
  # One mostly computes, the other mostly waits for the network.
  time "$here/programs.sh" "$target" >&2 &
  programs=$!
  time "$here/images.sh" "$target" node runtime grafana plugin prometheus >&2 || failed+=(images)
  wait "$programs" || failed+=(programs)
  if [ ${#failed[@]} -eq 0 ]; then
    "$here/images.sh" "$target" s3 >&2 || failed+=("image of the S3 server")
  fi
  if [ ${#failed[@]} -gt 0 ]; then
    echo "build.sh: could not make: ${failed[*]}. The lines above say why. Debian's mirror, npm's registry and Go's module proxy" \
      "must be reachable, and 3 GB of disk be free; then run this again: it goes on where it stopped" >&2
    exit 1
  fi
  touch "$target/complete"
fi
echo "$target"
