#!/usr/bin/env bash
# A separate Docker engine, for tests/containers: own socket, own data, own bridge. Nothing is changed for an engine that
# runs here already, and no rule of its firewall is touched.
#
#   engine.sh start DIRECTORY   starts it and leaves what tests need to know in DIRECTORY/env
#   engine.sh stop DIRECTORY    ends its containers and itself, and removes DIRECTORY (its files in the background)
#
# Needs root, cgroups, what build.sh made, and: apt-get install -y --no-install-recommends docker.io iptables iproute2
set -euo pipefail

usage() {
  sed -n '2,8p' "$0" >&2
  exit 2
}

[ $# -eq 2 ] || usage
command=$1
directory=$(realpath -m "$2")
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
socket=$directory/docker.sock
bridge=dashkeep0
subnet=10.213.0.0/24
# So that builds reach the registry of packages; port mappings are the engine's proxy's.
rules=(
  "nat POSTROUTING -s $subnet ! -o $bridge -j MASQUERADE"
  "filter FORWARD -i $bridge -j ACCEPT"
  "filter FORWARD -o $bridge -j ACCEPT"
)

fail() {
  echo "engine: $*" >&2
  exit 1
}

# $1 is -I to add the rules, -D to take them away.
each_rule() {
  local rule table chain rest failed=0
  for rule in "${rules[@]}"; do
    read -r table chain rest <<< "$rule"
    # shellcheck disable=SC2086 # words of a rule
    iptables -w -t "$table" "$1" "$chain" $rest -m comment --comment dashkeep-test || failed=1
  done
  return "$failed"
}

remove_bridge() {
  each_rule -D 2> /dev/null || true
  ip link delete "$bridge" 2> /dev/null || true
}

stop() {
  local pid
  case $directory in
    / | /root | /home | /tmp | /var | /usr) usage ;;
  esac
  pid=$(cat "$directory/docker.pid" 2> /dev/null || true)
  if [ -n "$pid" ] && [ "$(cat "/proc/$pid/comm" 2> /dev/null || true)" = dockerd ]; then
    client ps -q 2> /dev/null | xargs -r docker -H "unix://$socket" kill > /dev/null 2>&1 || true
    kill "$pid" 2> /dev/null || true
    for _ in $(seq 200); do
      kill -0 "$pid" 2> /dev/null || break
      sleep 0.1
    done
  fi
  # Only what start has made.
  if [ -f "$directory/engine.log" ]; then
    remove_bridge
    grep -o " $directory/[^ ]*" /proc/self/mounts | sort -r | xargs -r umount -l 2> /dev/null || true
    # Layers are a hundred thousand files: nobody has to wait until they are gone.
    mv "$directory" "$directory.removed-$$"
    setsid nice -n 19 rm -rf "$directory.removed-$$" > /dev/null 2>&1 < /dev/null &
  fi
}

# Ends with what to do, where it is known before anything is started that this machine can't run an engine.
check_machine() {
  local tool missing=()
  [ "$(id -u)" = 0 ] || fail "a Docker engine needs root; run this as root, or leave the container tests to .ci/run"
  for tool in dockerd docker iptables ip; do
    command -v "$tool" > /dev/null || missing+=("$tool")
  done
  [ ${#missing[@]} -eq 0 ] ||
    fail "${missing[*]} is missing: apt-get install -y --no-install-recommends docker.io iptables iproute2 (from Debian 13 on docker-cli, too)"
  [ -n "$(ls /sys/fs/cgroup 2> /dev/null)" ] ||
    fail "no cgroups at /sys/fs/cgroup: mount them (Debian: apt-get install cgroupfs-mount); in a container, run it with --privileged"
  if ip link show "$bridge" > /dev/null 2>&1; then
    if grep -qsz -- "^--bridge=$bridge" /proc/[0-9]*/cmdline; then
      fail "another engine of this kind runs already (it has the interface $bridge); stop that one first"
    fi
    # Of an engine that was killed.
    remove_bridge
  fi
}

start() {
  local programs
  programs=$("$here/build.sh" --where) || fail "run $here/build.sh first"
  stop
  check_machine
  mkdir -p "$directory/config/cli-plugins"
  ln -s "$programs/docker-compose" "$directory/config/cli-plugins/docker-compose"
  : > "$directory/engine.log"
  {
    ip link add "$bridge" type bridge && ip address add "${subnet%.0/24}.1/24" dev "$bridge" &&
      ip link set "$bridge" up && each_rule -I
  } 2>> "$directory/engine.log" || refused
  # Without a storage driver named, the engine takes the best that works here: overlay2, fuse-overlayfs, at last vfs.
  setsid dockerd --host "unix://$socket" --pidfile "$directory/docker.pid" \
    --data-root "$directory/data" --exec-root "$directory/exec" \
    --bridge="$bridge" --iptables=false --ip-masq=false --default-address-pool base=10.214.0.0/16,size=24 \
    >> "$directory/engine.log" 2>&1 < /dev/null &
  await $! || refused
  try_container >> "$directory/engine.log" 2>&1 || refused
  client info --format 'engine: version {{.ServerVersion}}, files by {{.Driver}}' >&2
  printf 'DOCKER_HOST=unix://%s\nDOCKER_CONFIG=%s\nDASHKEEP_TEST_DOCKER=%s\n' \
    "$socket" "$directory/config" "$programs" | tee "$directory/env"
}

client() { docker -H "unix://$socket" "$@"; }

# Waits up to a minute for the engine with this process id to answer.
await() {
  for _ in $(seq 600); do
    client version > /dev/null 2>&1 && return
    kill -0 "$1" 2> /dev/null || return 1
    sleep 0.1
  done
  return 1
}

# An engine answers also where it may not mount or make namespaces.
try_container() {
  local image=dashkeep-test/try:1
  client import "$programs/plugin.tar" "$image" && client run --rm "$image" /bin/true && client rmi "$image"
}

# Says why it did not start, and leaves nothing.
refused() {
  echo "engine: could not start. The last lines of its log:" >&2
  tail -n 20 "$directory/engine.log" >&2
  echo "engine: it needs root with all capabilities, cgroups, a kernel with bridges and iptables, and some GB of disk;" \
    "in a container, run that one with --privileged and a volume at the directory given here" >&2
  stop
  exit 1
}

case $command in
  start) start ;;
  stop) stop ;;
  *) usage ;;
esac
