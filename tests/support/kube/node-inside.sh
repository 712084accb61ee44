#!/usr/bin/env bash
# The part of node.sh that runs in the node's own namespaces, as their first process: when it ends, so does all it started.
#
#   node-inside.sh PROGRAMS DIRECTORY
set -euo pipefail

programs=$1
directory=$2
node=10.215.0.2
services=10.216.0.0/24
pods=10.217.0.0/24
kubeconfig=$directory/kubeconfig

# Places of these programs that can't be chosen.
for path in /run /var/log /var/lib/cni; do
  mkdir -p "$path" && mount -t tmpfs tmpfs "$path"
done
# Settings of the kernel that the kubelet changes: this machine keeps its own.
for path in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys kernel/keys/root_maxbytes; do
  mkdir -p "$(dirname "$directory/sys/$path")"
  cat "/proc/sys/$path" > "$directory/sys/$path"
  mount --bind "$directory/sys/$path" "/proc/sys/$path"
done
hostname node

# A program that ends takes all others with it.
trap 'exit 1' TERM
background() {
  local name=$1
  shift
  {
    "$@" || true
    echo "$name has ended"
    kill -TERM 1
  } > "$directory/$name.log" 2>&1 < /dev/null &
}

await() {
  until "$@" > /dev/null 2>&1; do
    sleep 0.1
  done
}

program() { background "$1" "$programs/node" "$@"; }

touch "$directory/inside"
await test -e "$directory/connected"
: > "$directory/resolv.conf"
echo 1 > /proc/sys/net/ipv4/ip_forward

background containerd containerd --config "$directory/containerd.toml"
background etcd "$programs/etcd" --data-dir="$directory/etcd" --unsafe-no-fsync=true --log-level=error
background kube-apiserver "$programs/kube-apiserver" --etcd-servers=http://127.0.0.1:2379 --cert-dir="$directory/pki" \
  --bind-address=0.0.0.0 --advertise-address="$node" --secure-port=6443 --service-cluster-ip-range="$services" \
  --allow-privileged=true --authorization-mode=RBAC --token-auth-file="$directory/tokens.csv" \
  --service-account-issuer=https://kubernetes.default.svc --service-account-key-file="$directory/accounts.key" \
  --service-account-signing-key-file="$directory/accounts.key" --kubelet-preferred-address-types=InternalIP \
  --profiling=false
await curl --fail --silent --insecure https://127.0.0.1:6443/readyz
await ctr --address "$directory/containerd.sock" version
touch "$directory/up"
await test -e "$kubeconfig"

program kube-controller-manager --kubeconfig="$kubeconfig" --leader-elect=false --root-ca-file="$directory/pki/apiserver.crt" \
  --service-account-private-key-file="$directory/accounts.key" --flex-volume-plugin-dir="$directory/volume-plugins"
program kube-scheduler --kubeconfig="$kubeconfig" --leader-elect=false
program kubelet --config="$directory/kubelet.yaml" --kubeconfig="$kubeconfig" --hostname-override=node --node-ip="$node" \
  --root-dir="$directory/kubelet" --cert-dir="$directory/pki"
program kube-proxy --kubeconfig="$kubeconfig" --hostname-override=node --cluster-cidr="$pods" --proxy-mode=iptables \
  --conntrack-max-per-core=0 --conntrack-tcp-timeout-established=0 --conntrack-tcp-timeout-close-wait=0
program dns "$kubeconfig" "$node:53"

token=$(cut -d , -f 1 "$directory/tokens.csv")
is_ready() {
  curl --silent --insecure --header "Authorization: Bearer $token" https://127.0.0.1:6443/api/v1/nodes/node |
    jq --exit-status '.status.conditions[]? | select(.type == "Ready" and .status == "True")'
}
await is_ready
program network-policies "$kubeconfig"
await iptables --list KUBE-ROUTER-FORWARD
touch "$directory/ready"
wait
