#!/usr/bin/env bash
# Builds a real etcd and kube-apiserver from their Go modules (versions: tools/go.mod) and prints the folder they are in.
# The first build takes some minutes; afterwards the folder in the user's cache is found and nothing is done.
#
#   DASHKEEP_KUBE_CACHE   where to keep the programs (default: ${XDG_CACHE_HOME:-~/.cache}/dashkeep-kube)
#   build.sh --where      only print the folder, build nothing; fails when it isn't complete
set -euo pipefail

tools="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/tools"
version_of() { sed -n "s|^[[:space:]]*$1 v\([0-9.]*\).*|\1|p" "$tools/go.mod" | head -n 1; }
kube="$(version_of 'k8s.io/kubernetes')"
etcd="$(version_of 'go.etcd.io/etcd/server/v3')"
target="${DASHKEEP_KUBE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/dashkeep-kube}/$kube-etcd-$etcd"

complete() { [ -x "$target/kube-apiserver" ] && [ -x "$target/etcd" ]; }

if [ "${1:-}" = "--where" ]; then
  echo "$target"
  complete
  exit
fi

mkdir -p "$target"
exec 9> "$target/.lock"
flock 9
if ! complete; then
  command -v go > /dev/null || {
    echo "build.sh: Go is needed to build kube-apiserver $kube and etcd $etcd" >&2
    exit 1
  }
  minor="${kube#1.}"
  # Without the version, /version answers v0.0.0 and Helm refuses to install.
  flags="-s -w -X k8s.io/component-base/version.gitVersion=v$kube"
  flags+=" -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=${minor%%.*}"
  cd "$tools"
  export CGO_ENABLED=0 GOFLAGS="-trimpath -buildvcs=false"
  echo "build.sh: building kube-apiserver $kube and etcd $etcd, once; this takes some minutes" >&2
  go build -ldflags "$flags" -o "$target/kube-apiserver.part" k8s.io/kubernetes/cmd/kube-apiserver
  go build -ldflags "-s -w" -o "$target/etcd.part" go.etcd.io/etcd/server/v3
  mv "$target/etcd.part" "$target/etcd"
  mv "$target/kube-apiserver.part" "$target/kube-apiserver"
fi
echo "$target"
