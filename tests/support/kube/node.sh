#!/usr/bin/env bash
# A Kubernetes cluster of one real node, for tests/node: API server, controllers, scheduler, kubelet, containerd, pods.
#
#   node.sh start DIRECTORY   starts it and leaves what tests need to know in DIRECTORY/env
#   node.sh stop DIRECTORY    ends all of it, with its pods, and removes DIRECTORY
#
# It runs in separate namespaces (network, mounts, processes), so it sees no other engine here, touches none of its
# firewall's rules, and leaves nothing. This machine reaches its node, pods and Services; they reach this machine only.
#
# Needs root, cgroups, what `build.sh --node` made, and:
#   apt-get install -y --no-install-recommends containerd runc containernetworking-plugins iptables ipset iproute2 jq
set -euo pipefail

usage() {
  sed -n '2,12p' "$0" >&2
  exit 2
}

[ $# -eq 2 ] || usage
command=$1
directory=$(realpath -m "$2")
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
link=dashkeep-node
host=10.215.0.1
node=10.215.0.2
services=10.216.0.0/24
pods=10.217.0.0/24
plugins=/usr/lib/cni

fail() {
  echo "node: $*" >&2
  exit 1
}

# Ends with what to do, where it is known before anything is started that this machine can't run a node.
check_machine() {
  local tool missing=()
  [ "$(id -u)" = 0 ] || fail "a node needs root; run this as root, or leave these tests to .ci/run"
  for tool in containerd ctr runc iptables ipset ip jq unshare nsenter; do
    command -v "$tool" > /dev/null || missing+=("$tool")
  done
  [ -x "$plugins/ptp" ] || missing+=("$plugins/ptp")
  [ ${#missing[@]} -eq 0 ] ||
    fail "${missing[*]} is missing: apt-get install -y --no-install-recommends containerd runc containernetworking-plugins iptables ipset iproute2 jq"
  [ -n "$(ls /sys/fs/cgroup 2> /dev/null)" ] ||
    fail "no cgroups at /sys/fs/cgroup: mount them (Debian: apt-get install cgroupfs-mount); in a container, run it with --privileged"
  ! ip link show "$link" > /dev/null 2>&1 ||
    fail "another node runs already (it has the interface $link); stop that one first"
  case $directory/ in
    /run/* | /var/run/* | /var/log/* | /var/lib/cni/*) fail "$directory is hidden from the node; give a directory elsewhere" ;;
  esac
  # A socket's path may have 107 characters.
  [ ${#directory} -le 80 ] || fail "$directory is too long a path for sockets; give a shorter one"
}

stop() {
  local container containers='' inner pid
  case $directory in
    / | /root | /home | /tmp | /var | /usr) usage ;;
  esac
  [ -f "$directory/node.log" ] || return 0
  pid=$(cat "$directory/pid" 2> /dev/null || true)
  if [ -n "$pid" ] && grep -qsxz -- "$directory" "/proc/$pid/cmdline"; then
    containers=$(timeout 10 ctr --address "$directory/containerd.sock" --namespace k8s.io containers list --quiet 2> /dev/null || true)
    # All others in a namespace of processes end with its first one, and that one last.
    read -r inner _ < "/proc/$pid/task/$pid/children" || true
    kill -KILL "$pid" 2> /dev/null || true
    for _ in $(seq 600); do
      [ -e "/proc/${inner:-$pid}" ] || break
      sleep 0.1
    done
  fi
  # The network's namespace stays until its last connection is given up.
  ip link delete "$link" 2> /dev/null || true
  for container in $containers; do
    rmdir /sys/fs/cgroup/{,*/}k8s.io/"$container" 2> /dev/null || true
  done
  rmdir /sys/fs/cgroup/{,*/}k8s.io 2> /dev/null || true
  rmdir /var/lib/cni 2> /dev/null || true
  # Layers are many files: nobody has to wait until they are gone.
  mv "$directory" "$directory.removed-$$"
  setsid nice -n 19 rm -rf "$directory.removed-$$" > /dev/null 2>&1 < /dev/null &
}

# Says why it did not start, and leaves nothing.
refused() {
  echo "node: $*. The last lines of its logs:" >&2
  tail -n 8 "$directory"/*.log >&2 || true
  echo "node: it needs root with all capabilities, cgroups, a kernel with veth, iptables and ipset, and 2 GB of disk;" \
    "in a container, run that one with --privileged and a volume at the directory given here" >&2
  stop
  exit 1
}

start() {
  local pid inner programs
  programs=$("$here/build.sh" --node --where) || fail "run $here/build.sh --node first"
  stop
  check_machine
  mkdir -p "$directory"/{cni,logs,registries}
  : > "$directory/node.log"
  configure
  setsid unshare --mount --net --pid --ipc --uts --fork --kill-child --mount-proc \
    bash "$here/node-inside.sh" "$programs" "$directory" >> "$directory/node.log" 2>&1 < /dev/null &
  echo $! > "$directory/pid"
  pid=$!
  await "the namespaces" test -e "$directory/inside"
  inner=$(cut -d ' ' -f 1 "/proc/$pid/task/$pid/children")
  {
    ip link add "$link" type veth peer name eth0 netns "$inner" && ip address add "$host/30" dev "$link" &&
      ip link set "$link" up && nsenter -t "$inner" -n ip address add "$node/30" dev eth0 &&
      nsenter -t "$inner" -n ip link set eth0 up && nsenter -t "$inner" -n ip link set lo up &&
      ip route add "$services" via "$node" && ip route add "$pods" via "$node"
  } 2>> "$directory/node.log" || refused "its network could not be made"
  touch "$directory/connected"
  await "containerd and the API server" test -e "$directory/up"
  jq -n --arg ca "$(base64 -w 0 "$directory/pki/apiserver.crt")" --arg server "https://$node:6443" \
    --arg token "$(cut -d , -f 1 "$directory/tokens.csv")" '{apiVersion: "v1", kind: "Config", "current-context": "node",
      contexts: [{name: "node", context: {cluster: "node", user: "admin"}}],
      clusters: [{name: "node", cluster: {server: $server, "certificate-authority-data": $ca}}],
      users: [{name: "admin", user: {token: $token}}]}' > "$directory/kubeconfig.part"
  mv "$directory/kubeconfig.part" "$directory/kubeconfig"
  tar -C "$programs" --owner 0 --group 0 -cf "$directory/pause.tar" ./pause
  "$here/image.sh" "$directory/pause" dashkeep.test/pause:1 '{"Entrypoint":["/pause"]}' "$directory/pause.tar"
  "$here/image.sh" "$directory/pause" --import "$directory/containerd.sock" >> "$directory/node.log" 2>&1 ||
    refused "containerd takes no images"
  await "the node" test -e "$directory/ready"
  echo "node: Kubernetes $("$programs/kube-apiserver" --version | cut -d v -f 2) at https://$node:6443" >&2
  printf 'DASHKEEP_TEST_NODE=%s\n' "$directory" | tee "$directory/env"
}

# Waits up to two minutes for $1, which is there when the rest succeeds.
await() {
  local what=$1
  shift
  for _ in $(seq 1200); do
    "$@" && return
    [ -e "/proc/$(cat "$directory/pid")" ] || refused "ended before $what was there"
    sleep 0.1
  done
  refused "waited in vain for $what"
}

configure() {
  local snapshotter=native token
  token=$(od -An -tx1 -N16 /dev/urandom | tr -d ' \n')
  echo "$token,admin,admin,system:masters" > "$directory/tokens.csv"
  chmod 600 "$directory/tokens.csv"
  openssl genrsa -out "$directory/accounts.key" 2048 2> /dev/null
  # Overlays don't stack, as in a container whose own root is one.
  mkdir -p "$directory/try"/{lower,upper,work,merged}
  if unshare --mount mount -t overlay -o "lowerdir=$directory/try/lower,upperdir=$directory/try/upper,workdir=$directory/try/work" \
    overlay "$directory/try/merged" 2> /dev/null; then
    snapshotter=overlayfs
  fi
  cat > "$directory/cni/10-pods.conflist" << END
{
  "cniVersion": "0.4.0",
  "name": "pods",
  "plugins": [
    {
      "type": "ptp",
      "ipam": { "type": "host-local", "dataDir": "/run/ipam", "ranges": [[{ "subnet": "$pods" }]], "routes": [{ "dst": "0.0.0.0/0" }] }
    }
  ]
}
END
  cat > "$directory/containerd.toml" << END
version = 2
root = "$directory/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]
[grpc]
address = "$directory/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "dashkeep.test/pause:1"
restrict_oom_score_adj = true
netns_mounts_under_state_dir = true
[plugins."io.containerd.grpc.v1.cri".registry]
config_path = "$directory/registries"
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "$plugins"
conf_dir = "$directory/cni"
[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "$snapshotter"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
END
  cat > "$directory/kubelet.yaml" << END
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: { anonymous: { enabled: true }, webhook: { enabled: false } }
authorization: { mode: AlwaysAllow }
cgroupDriver: cgroupfs
cgroupsPerQOS: false
clusterDNS: [$node]
clusterDomain: cluster.local
containerRuntimeEndpoint: unix://$directory/containerd.sock
enforceNodeAllocatable: []
evictionHard: { nodefs.available: 1% }
failCgroupV1: false
failSwapOn: false
imageGCHighThresholdPercent: 100
podLogsDir: $directory/logs
resolvConf: $directory/resolv.conf
serializeImagePulls: false
volumePluginDir: $directory/volume-plugins
END
}

case $command in
  start) start ;;
  stop) stop ;;
  *) usage ;;
esac
