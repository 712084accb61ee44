/** Shown to be copied; charts/dashkeep and docker-compose.yaml hold the whole of it. */
export const HELM = `helm upgrade --install dashkeep oci://ghcr.io/dashkeep/charts/dashkeep \\
  --namespace monitoring \\
  --set grafana.releaseName=grafana`;

export const COMPOSE = `services:
  dashkeep:
    image: ghcr.io/dashkeep/dashkeep
    command: serve
    environment:
      GRAFANA_URL: http://grafana:3000
      GRAFANA_ADMIN_USER: admin
      GRAFANA_ADMIN_PASSWORD_FILE: /run/secrets/grafana-admin
      DASHKEEP_LISTEN: 0.0.0.0:3210
    secrets: [grafana-admin]
    volumes: [dashkeep:/var/lib/dashkeep]`;
