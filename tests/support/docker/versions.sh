# What build.sh fetches, and how. Read by its scripts.
NODE_VERSION=24.21.0
NPM_VERSION=11.21.2
COMPOSE_VERSION=2.35.1
VERSITYGW_VERSION=1.8.0

# Runs a command that needs the network, up to three times.
retry() {
  "$@" || { sleep 5 && "$@"; } || { sleep 20 && "$@"; }
}
