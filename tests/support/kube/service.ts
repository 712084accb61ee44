import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from './cluster.ts';

/** A folder as the kubelet mounts the admin Secret. Anyone who asks for it removes it. */
export async function mountedAdminSecret(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'dashkeep-kube-admin-'));
  await writeFile(join(directory, 'admin-user'), 'admin');
  await writeFile(join(directory, 'admin-password'), 'admin');
  return directory;
}

/** What a service in a pod is told: where its account is mounted, and the admin Secret. It schedules nothing. */
export function podEnvironment(
  cluster: Cluster,
  options: { grafanaUrl: string; account: string; adminSecret: string },
): Record<string, string> {
  return {
    GRAFANA_URL: options.grafanaUrl,
    KUBERNETES_SERVICE_HOST: cluster.host,
    KUBERNETES_SERVICE_PORT: String(cluster.port),
    DASHKEEP_KUBE_DIR: options.account,
    DASHKEEP_ADMIN_SECRET_DIR: options.adminSecret,
    DASHKEEP_LEASE: 'dashkeep',
    DASHKEEP_LISTEN: '127.0.0.1:0',
    DASHKEEP_OPS_LISTEN: '127.0.0.1:0',
    DASHKEEP_SCHEDULE: 'off',
    DASHKEEP_VERIFY_SCHEDULE: 'off',
    DASHKEEP_PRUNE_SCHEDULE: 'off',
    DASHKEEP_STOP_SECONDS: '3',
  };
}

/** What the service keeps in its Secret, readably. */
export async function keptInSecret(cluster: Cluster, namespace: string): Promise<Record<string, string>> {
  const { data = {} } = (await cluster.must('GET', `/api/v1/namespaces/${namespace}/secrets/grafana-backup`)) as {
    data?: Record<string, string>;
  };
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
}
