#!/usr/bin/env bash
# A Docker engine of our own, for tests/containers: own socket, own data, own bridge. Nothing is changed for an engine that
# runs here already, and no rule of its firewall is touched.
#
#   engine.sh start DIRECTORY   starts it and leaves what tests need to know in DIRECTORY/env
#   engine.sh stop DIRECTORY    ends its containers and itself, and removes DIRECTORY
#
# Needs root, cgroups, what build.sh made, and: apt-get install -y --no-install-recommends docker.io iptables
set -Eeuo pipefail

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

# $1 is -I to add the rules, -D to take them away.
each_rule() {
  local rule table chain rest
  for rule in "${rules[@]}"; do
    read -r table chain rest <<< "$rule"
    # shellcheck disable=SC2086 -- words of a rule
    iptables -w -t "$table" "$1" "$chain" $rest -m comment --comment dashkeep-test
  done
}

stop() {
  local pid
  case $directory in
    / | /root | /home | /tmp | /var | /usr) usage ;;
  esac
  pid=$(cat "$directory/docker.pid" 2> /dev/null || true)
  if [ -n "$pid" ] && [ "$(cat "/proc/$pid/comm" 2> /dev/null || true)" = dockerd ]; then
    docker -H "unix://$socket" ps -q | xargs -r docker -H "unix://$socket" kill > /dev/null 2>&1 || true
    kill "$pid" 2> /dev/null || true
    for _ in $(seq 200); do
      kill -0 "$pid" 2> /dev/null || break
      sleep 0.1
    done
  fi
  # Only what start has made.
  if [ -f "$directory/engine.log" ]; then
    each_rule -D 2> /dev/null || true
    ip link delete "$bridge" 2> /dev/null || true
    grep -o " $directory/[^ ]*" /proc/self/mounts | sort -r | xargs -r umount -l 2> /dev/null || true
    rm -rf "$directory"
  fi
}

start() {
  local programs
  programs=$("$here/build.sh" --where) || {
    echo "engine: run $here/build.sh first" >&2
    exit 1
  }
  stop
  if ip link show "$bridge" > /dev/null 2>&1; then
    echo "engine: another engine of this kind runs already (the interface $bridge is there); stop that one first" >&2
    exit 1
  fi
  mkdir -p "$directory/config/cli-plugins"
  ln -s "$programs/docker-compose" "$directory/config/cli-plugins/docker-compose"
  : > "$directory/engine.log"
  trap 'echo "engine: could not start; the last lines of its log:" >&2; tail -n 20 "$directory/engine.log" >&2' ERR
  ip link add "$bridge" type bridge
  ip address add "${subnet%.0/24}.1/24" dev "$bridge"
  ip link set "$bridge" up
  each_rule -I
  setsid nice -n 10 dockerd --host "unix://$socket" --pidfile "$directory/docker.pid" \
    --data-root "$directory/data" --exec-root "$directory/exec" \
    --bridge "$bridge" --iptables=false --ip-masq=false --default-address-pool base=10.214.0.0/16,size=24 \
    >> "$directory/engine.log" 2>&1 < /dev/null &
  for _ in $(seq 300); do
    if docker -H "unix://$socket" info > /dev/null 2>&1; then
      printf 'DOCKER_HOST=unix://%s\nDOCKER_CONFIG=%s\nDASHKEEP_TEST_DOCKER=%s\n' \
        "$socket" "$directory/config" "$programs" | tee "$directory/env"
      return
    fi
    sleep 0.1
  done
  false
}

case $command in
  start) start ;;
  stop) stop ;;
  *) usage ;;
esac
