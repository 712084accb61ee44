/** Shown to be copied; charts/dashkeep and docker-compose.yaml hold the whole of it. */
export const HELM = `helm upgrade --install dashkeep oci://ghcr.io/dashkeep/charts/dashkeep \\
  --namespace monitoring \\
  --set grafana.releaseName=grafana`;

export const COMPOSE = `services:
  dashkeep:
    image: ghcr.io/dashkeep/dashkeep
    restart: unless-stopped
    environment:
      GRAFANA_URL: http://grafana:3000
      GRAFANA_ADMIN_USER: admin
      GRAFANA_ADMIN_PASSWORD: \${GRAFANA_ADMIN_PASSWORD}
      DASHKEEP_URL: http://dashkeep:3210
      DASHKEEP_LISTEN: 0.0.0.0:3210
      DASHKEEP_STATE_DIR: /var/lib/dashkeep
      DASHKEEP_KUBERNETES: 'off'
    volumes: ['dashkeep:/var/lib/dashkeep']

volumes:
  dashkeep:`;
