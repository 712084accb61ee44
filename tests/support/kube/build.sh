#!/usr/bin/env bash
# Builds a real etcd and kube-apiserver from their Go modules (versions: tools/go.mod) and prints the folder they are in.
# The first build takes some minutes; afterwards the folder in the user's cache is found and nothing is done.
#
#   DASHKEEP_KUBE_CACHE   where to keep the programs (default: ${XDG_CACHE_HOME:-~/.cache}/dashkeep-kube)
#   build.sh --node       also what node.sh needs: the other programs of Kubernetes, as one (tools/node), and pause
#   build.sh [--node] --where   only print the folder, build nothing; fails when it isn't complete
set -euo pipefail

tools="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/tools"
version_of() { sed -n "s|^[[:space:]]*$1 v\([0-9.]*\).*|\1|p" "$tools/go.mod" | head -n 1; }
kube="$(version_of 'k8s.io/kubernetes')"
etcd="$(version_of 'go.etcd.io/etcd/server/v3')"
target="${DASHKEEP_KUBE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/dashkeep-kube}/$kube-etcd-$etcd"
api="$target"
wanted=("$api/kube-apiserver" "$api/etcd")

if [ "${1:-}" = "--node" ]; then
  shift
  target="$api/node-$(cat "$tools"/go.mod "$tools"/{node,pause}/*.go | sha256sum | cut -c 1-12)"
  wanted+=("$target/kube-apiserver" "$target/etcd" "$target/node" "$target/pause")
fi

complete() {
  local program
  for program in "${wanted[@]}"; do
    [ -x "$program" ] || return 1
  done
}

if [ "${1:-}" = "--where" ]; then
  echo "$target"
  complete
  exit
fi

# Without the version, /version answers v0.0.0 and Helm refuses to install.
minor="${kube#1.}"
versioned="-s -w -X k8s.io/component-base/version.gitVersion=v$kube"
versioned+=" -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=${minor%%.*}"

# build FILE PACKAGE FLAGS of the linker, unless the file is there already. Without inlining (-l) it takes half the time.
build() {
  if [ ! -x "$1" ]; then
    (cd "$tools" && CGO_ENABLED=0 GOFLAGS="-trimpath -buildvcs=false -gcflags=all=-l" go build -ldflags "$3" -o "$1.part" "$2")
    mv "$1.part" "$1"
  fi
}

mkdir -p "$target"
exec 9> "$target/.lock"
flock 9
if ! complete; then
  command -v go > /dev/null || {
    echo "build.sh: Go is needed to build Kubernetes $kube and etcd $etcd" >&2
    exit 1
  }
  echo "build.sh: building Kubernetes $kube and etcd $etcd, once; this takes some minutes" >&2
  TIMEFORMAT='build.sh: it took %R s, %U s of a processor and %S s of the system'
  time {
    if [ "$target" = "$api" ]; then
      build "$api/kube-apiserver" k8s.io/kubernetes/cmd/kube-apiserver "$versioned"
      build "$api/etcd" go.etcd.io/etcd/server/v3 "-s -w"
    else
      "${BASH_SOURCE[0]}"
      build "$target/node" ./node "$versioned"
      build "$target/pause" ./pause "-s -w"
      ln -sf ../kube-apiserver ../etcd "$target"
    fi
  }
fi
echo "$target"
