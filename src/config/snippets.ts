import { GUIDES } from '../lib/catalogue/guides.ts';

/** Where the snippets are explained. */
export const GUIDE = {
  helm: `${GUIDES}/install/official-chart.md`,
  compose: `${GUIDES}/install/outside-kubernetes.md`,
};

/** The commands of docs/install/official-chart.md; a test keeps them equal. */
export const HELM = String.raw`kubectl -n monitoring create secret generic grafana-backup-s3-credentials --from-file=credentials="$HOME/.aws/credentials" --from-file=config="$HOME/.aws/config"
helm install dashkeep ./charts/dashkeep -f images.yaml -n monitoring --set target=s3://my-bucket/grafana
kubectl -n monitoring get configmap dashkeep-overlay -o jsonpath='{.data.overlay\.yaml}' > dashkeep-overlay.yaml
helm -n monitoring get values grafana -o yaml > your-values.yaml
helm upgrade grafana oci://ghcr.io/grafana-community/helm-charts/grafana --version <version> -n monitoring -f your-values.yaml -f dashkeep-overlay.yaml`;

/** The service of docs/install/outside-kubernetes.md. */
export const COMPOSE = `services:
  dashkeep:
    build: https://github.com/dashkeep/dashkeep.git
    restart: unless-stopped
    environment:
      GRAFANA_URL: http://grafana:3000
      GRAFANA_ADMIN_USER: admin
      GRAFANA_ADMIN_PASSWORD: \${GRAFANA_ADMIN_PASSWORD}
      DASHKEEP_URL: http://dashkeep:3210
      DASHKEEP_LISTEN: 0.0.0.0:3210
      DASHKEEP_STATE_DIR: /var/lib/dashkeep
      DASHKEEP_KUBERNETES: 'off'
      DASHKEEP_TARGET: s3://my-bucket/grafana
      AWS_ACCESS_KEY_ID: …
      AWS_SECRET_ACCESS_KEY: …
      AWS_REGION: eu-west-1
    volumes: ['dashkeep:/var/lib/dashkeep']

volumes:
  dashkeep:`;
