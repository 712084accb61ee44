import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { must } from '../containers/docker.ts';
import { shellBlocks } from '../docs/pages.ts';
import { CHART, toolEnvironment } from '../support/helm/helm.ts';
import { tools } from '../support/helm/tools.ts';
import { openTestStore } from '../support/s3/open-store.ts';
import type { S3Server } from '../support/s3/server.ts';
import { KUBECONFIG, Namespace, soon } from './cluster.ts';
import { bucketSecret } from './store.ts';

/** The classic script, and docs/install/classic-script.md followed word for word. The tests build on each other. */
export function classic(store: () => S3Server): void {
  describe('after the classic script', () => {
    let at: Namespace;
    let secrets: Record<string, string>[];
    let copies: string[];

    beforeAll(async () => {
      at = await Namespace.create('monitoring', 'baseline');
      await at.apply(bucketSecret(store()));
      await at.grafana('install');
      await soon('Grafana answers', () => at.askGrafana('GET', '/api/org'));
    });

    async function keys(): Promise<string[]> {
      const bucket = await openTestStore(store(), { target: 's3://my-bucket' });
      const found: string[] = [];
      for await (const { key } of bucket.list('')) {
        found.push(key);
      }
      return found;
    }

    const kept = (): Promise<Record<string, string>[]> =>
      Promise.all(['grafana', 'grafana-backup-s3-credentials'].map((name) => at.secret(name)));

    it('finds a bucket that the script has filled', async () => {
      for (const uid of ['checkout', 'orders']) {
        await at.askGrafana('POST', '/api/dashboards/db', { dashboard: { uid, title: uid, panels: [] } });
      }
      await at.kubectl('apply', '-f', new URL('classic/classic.yaml', import.meta.url).pathname);
      await at.kubectl('wait', '--for=condition=complete', 'job/grafana-backup-token', '--timeout=120s');
      await at.kubectl('create', 'job', '--from=cronjob/grafana-backup', 'once');
      await at.kubectl('wait', '--for=condition=complete', 'job/once', '--timeout=120s');
      copies = await keys();
      expect(copies).toEqual(
        expect.arrayContaining(['checkout', 'orders'].map((uid) => `grafana-backups/dashboard-${uid}.json`)),
      );
      secrets = await kept();
    });

    it('goes on with its Secrets and its bucket, by the guide', async () => {
      const page = await readFile('docs/install/classic-script.md', 'utf8');
      const [, inKubernetes = ''] = page.split(/^## /m);
      const blocks = shellBlocks(inKubernetes);
      expect(blocks).toHaveLength(3);
      const token = (await at.secret('grafana-backup'))['GRAFANA_API_TOKEN'];
      let printed = '';
      for (const block of blocks) {
        printed = await typed(block);
      }
      expect(printed).toMatch(/snapshot \S+ is complete/);
      expect((await at.get('cronjob', 'grafana-backup')).spec.suspend).toBe(true);
      expect((await at.secret('grafana-backup'))['GRAFANA_API_TOKEN']).toBe(token);
      expect(await kept()).toEqual(secrets);
      const now = await keys();
      expect(now).toEqual(expect.arrayContaining(copies));
      expect(now.some((key) => key.startsWith('snapshots/'))).toBe(true);
    });

    it('needs nothing of the script any more', async () => {
      for (const kind of ['cronjob', 'job', 'serviceaccount', 'rolebinding', 'role']) {
        await at.kubectl('delete', kind, kind === 'job' ? 'grafana-backup-token' : 'grafana-backup');
      }
      await typed('kubectl -n monitoring create job --from=cronjob/dashkeep dashkeep-again');
      await soon('another backup', async () => (await at.get('job', 'dashkeep-again')).status.succeeded === 1);
    });
  });
}

/** Runs commands as a reader types them, with the chart of this repository instead of the published one. */
async function typed(block: string): Promise<string> {
  const { helm } = await tools();
  const script = block
    .replaceAll(
      /oci:\/\/ghcr\.io\/dashkeep\/charts\/dashkeep --version \S+|\.\/charts\/dashkeep -f images\.yaml/g,
      CHART,
    )
    .replaceAll('<old>', 'grafana-backup');
  const others = await toolEnvironment();
  const env = { ...others, KUBECONFIG, PATH: `${dirname(helm)}:${others['PATH']}` };
  return must('bash', ['-euo', 'pipefail', '-c', script], { env });
}
