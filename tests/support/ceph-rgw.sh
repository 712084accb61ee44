#!/usr/bin/env bash
# A real Ceph RGW on the loopback, for the conformance suite: one monitor, one OSD in memory, one gateway.
#
#   ceph-rgw.sh start DIRECTORY [PORT]   starts it, prints the line to export and leaves it in DIRECTORY/env
#   ceph-rgw.sh stop DIRECTORY           ends its processes and removes DIRECTORY
#
# Makes the buckets `test` and `locked` (with object lock). Needs root, curl, openssl and:
# apt-get install -y --no-install-recommends radosgw ceph-mon ceph-osd ceph-common
# Tried with Ceph 16.2 (Debian 12). Nothing survives a stop.
set -Eeuo pipefail

usage() {
  sed -n '2,9p' "$0" >&2
  exit 2
}

[ $# -ge 2 ] || usage
command=$1
directory=$(realpath -m "$2")
port=${3:-7480}

# The gateway renames its process, so it is ended by its recorded id only, and only if that id still is one of Ceph.
end_processes() {
  local file pid name
  for file in "$directory"/run/*.pid; do
    [ -f "$file" ] || continue
    pid=$(cat "$file")
    name=$(cat "/proc/$pid/comm" 2>/dev/null || true)
    case $name in
      ceph-mon | ceph-osd | radosgw | *rgw*)
        kill -9 "$pid" 2>/dev/null || true
        for _ in $(seq 100); do
          kill -0 "$pid" 2>/dev/null || break
          sleep 0.1
        done
        ;;
    esac
  done
}

free_port() {
  local candidate=$1
  while (exec 3<>"/dev/tcp/127.0.0.1/$candidate") 2>/dev/null; do
    candidate=$((candidate + 1))
  done
  echo "$candidate"
}

# Waits up to a minute for a command to succeed.
await() {
  local what=$1
  shift
  for _ in $(seq 600); do
    if "$@" >/dev/null 2>&1; then
      return 0
    fi
    sleep 0.1
  done
  echo "ceph-rgw: $what did not come up; see $directory/*.log" >&2
  return 1
}

stop() {
  end_processes
  case $directory in
    / | /root | /home | /tmp | /var | /usr) usage ;;
  esac
  # Only what start has made.
  if [ -f "$directory/ceph.conf" ]; then
    rm -rf "$directory"
  fi
}

start() {
  stop
  local fsid osd keyring monitor_port
  port=$(free_port "$port")
  # Below the range from which the kernel takes ports for outgoing connections.
  monitor_port=$(free_port 13300)
  mkdir -p "$directory"/{mon,osd,rgw,run}
  chmod 700 "$directory"
  fsid=$(cat /proc/sys/kernel/random/uuid)
  keyring=$directory/keyring
  cat >"$directory/ceph.conf" <<CONF
[global]
fsid = $fsid
mon_host = v2:127.0.0.1:$monitor_port
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
auth_cluster_required = cephx
auth_service_required = cephx
auth_client_required = cephx
keyring = $keyring
run_dir = $directory/run
log_file = $directory/\$name.log
mon_cluster_log_file = $directory/cluster.log
pid_file = $directory/run/\$name.pid
admin_socket = $directory/run/\$name.asok
crash_dir = $directory/run
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 1
osd_pool_default_pg_autoscale_mode = off
mon_allow_pool_size_one = true
mon_data_avail_crit = 1
osd_crush_chooseleaf_type = 0
osd_objectstore = memstore
memstore_device_bytes = 2147483648
osd_data = $directory/osd
mon_data = $directory/mon
ms_bind_ipv6 = false
osd_class_dir = $(dirname "$(find /usr/lib -name 'libcls_rgw.so*' | head -n 1)")
paxos_propose_interval = 0.02
paxos_min_wait = 0.01
[client]
rgw_frontends = beast endpoint=127.0.0.1:$port tcp_nodelay=1
rgw_data = $directory/rgw
rgw_crypt_require_ssl = false
rgw_enable_usage_log = false
CONF
  export CEPH_CONF=$directory/ceph.conf
  trap 'echo "ceph-rgw: could not start" >&2; tail -n 20 "$directory/start.log" >&2; end_processes' ERR
  {
    ceph-authtool --create-keyring "$keyring" --gen-key -n mon. --cap mon 'allow *'
    ceph-authtool "$keyring" --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *'
    ceph-authtool "$keyring" --gen-key -n client.rgw.test --cap mon 'allow rwx' --cap osd 'allow rwx'
    ceph-authtool "$keyring" --gen-key -n osd.0 --cap mon 'allow profile osd' --cap osd 'allow *'
    monmaptool --create --fsid "$fsid" --addv a "[v2:127.0.0.1:$monitor_port]" "$directory/monmap"
    ceph-mon --mkfs -i a --monmap "$directory/monmap" --keyring "$keyring"
    ceph-mon -i a
    osd=$(cat /proc/sys/kernel/random/uuid)
    timeout 60 ceph osd new "$osd"
    ceph-osd -i 0 --mkfs --osd-uuid "$osd"
    ceph-osd -i 0
  } >"$directory/start.log" 2>&1
  await 'the OSD' sh -c 'ceph osd stat | grep -q "1 up"'
  timeout 60 radosgw-admin user create --uid=test --display-name=Test --access-key=test --secret-key=testsecret \
    >>"$directory/start.log" 2>&1
  radosgw -n client.rgw.test --keyring "$keyring" >>"$directory/start.log" 2>&1
  await 'the gateway' bash -c "exec 3<>/dev/tcp/127.0.0.1/$port"
  await 'bucket test' create_bucket test
  await 'bucket locked' create_bucket locked with-lock
  # Ceph 16.2 ignores conditions in a bucket with versions; without versions it enforces them.
  local address=http://test:testsecret@127.0.0.1:$port
  echo "DASHKEEP_TEST_S3='$address/test $address/locked?conditionalPut=ignored&objectLock=true&absentWhileOverwritten=true'" | tee "$directory/env"
}

# Signed in the old way, version 2, which openssl can do in a line and Ceph still takes.
create_bucket() {
  local bucket=$1 lock=${2:-} date signature
  date=$(date -Ru)
  signature=$(printf 'PUT\n\n\n%s\n%s/%s' "$date" "${lock:+x-amz-bucket-object-lock-enabled:true
}" "$bucket" | openssl dgst -sha1 -hmac testsecret -binary | openssl base64)
  curl -fsS -X PUT -H "Date: $date" -H "Authorization: AWS test:$signature" \
    ${lock:+-H 'x-amz-bucket-object-lock-enabled: true'} "http://127.0.0.1:$port/$bucket"
}

case $command in
  start) start ;;
  stop) stop ;;
  *) usage ;;
esac
