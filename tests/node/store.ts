import type { S3Server } from '../support/s3/server.ts';

/** The Secret with the AWS shared files that the guides describe, for a bucket on this machine. */
export function bucketSecret(store: S3Server): object {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = store.environment;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'grafana-backup-s3-credentials' },
    stringData: {
      credentials: `[default]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`,
      config: `[default]\nregion = us-east-1\nendpoint_url = ${store.url}\n`,
    },
  };
}
