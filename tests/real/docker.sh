#!/bin/sh
# A disposable Grafana in a container, for `npm run real`:
#
#   docker.sh fresh      an empty one on http://127.0.0.1:3000; one that was there before is removed with its data
#   docker.sh restart    the same one, ended and started again with its data
#   docker.sh logs       what it wrote
#
# GRAFANA_VERSION says which; GRAFANA_ADMIN_USER and GRAFANA_ADMIN_PASSWORD become those of its admin.
set -eu

name=dashkeep-real-grafana

fresh() {
  docker rm --force --volumes "$name" >/dev/null 2>&1 || true
  # Folders within folders have to be switched on in Grafana 10.
  docker run --detach --name "$name" --publish 127.0.0.1:3000:3000 \
    --env GF_SECURITY_ADMIN_USER="$GRAFANA_ADMIN_USER" \
    --env GF_SECURITY_ADMIN_PASSWORD="$GRAFANA_ADMIN_PASSWORD" \
    --env GF_PLUGINS_PREINSTALL_DISABLED=true \
    --env GF_ANALYTICS_REPORTING_ENABLED=false \
    --env GF_FEATURE_TOGGLES_ENABLE="$([ "${GRAFANA_VERSION%%.*}" = 10 ] && echo nestedFolders)" \
    "docker.io/grafana/grafana:${GRAFANA_VERSION:-13.2.0}" >/dev/null
}

case "${1:-}" in
  fresh) fresh ;;
  restart) docker restart "$name" >/dev/null ;;
  logs) docker logs "$name" ;;
  *) sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
