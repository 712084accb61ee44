import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { S3Server } from '../support/s3/server.ts';
import { Namespace, soon } from './cluster.ts';
import { Probe } from './probe.ts';
import { bucketSecret } from './store.ts';
import { nodeFolder } from './tier.ts';

const PLUGIN = 'dashkeep-backup-app';

/** docs/install/official-chart.md, from nothing to its end. The tests build on each other. */
export function sidecar(store: () => S3Server): void {
  describe('in the pod of the official chart', () => {
    let at: Namespace;
    let first = '';
    const values = { target: 's3://kept/sidecar', plugin: { source: 'image' } };

    beforeAll(async () => {
      at = await Namespace.create('sidecar');
      await at.apply(bucketSecret(store()));
      await at.grafana('install');
      await at.dashkeep('install', values);
    });

    /** The file that the notes tell to add to Grafana's values. */
    async function overlay(): Promise<string> {
      const file = join(nodeFolder ?? '', 'sidecar.yaml');
      const { data } = await at.get('configmap', 'dashkeep-overlay');
      await writeFile(file, data['overlay.yaml']);
      return file;
    }

    async function podIp(): Promise<string> {
      return soon('one pod of Grafana', async () => {
        const pods = await at.list('pods', '-l', 'app.kubernetes.io/name=grafana');
        return pods.length === 1 ? pods[0].status.podIP : undefined;
      });
    }

    it('makes a complete backup, seen through the plugin proxy', async () => {
      await at.grafana('upgrade', await overlay());
      first = await at.completeBackup();
      const kept = await at.secret('grafana-backup');
      expect(kept['GRAFANA_API_TOKEN']).toMatch(/^glsa_/);
      const app = await at.askGrafana('GET', `/api/plugins/${PLUGIN}/settings`);
      expect(app).toMatchObject({ enabled: true, jsonData: { sidecarUrl: 'http://127.0.0.1:3210' } });
    });

    it('passes its own test', async () => {
      expect(await at.helm('test', 'dashkeep')).toContain('Phase:          Succeeded');
    });

    it('shows its metrics to pods of its namespace only, and Grafana to all', async () => {
      const others = await Namespace.create('others');
      const [near, far] = await Promise.all([Probe.start(at), Probe.start(others)]);
      const ip = await podIp();
      await near.finds('open', ip, 9464);
      await far.finds('open', ip, 3000);
      await far.finds('refused', ip, 9464);
      // Only the pod itself reaches the API.
      await near.finds('refused', ip, 3210);
    });

    it('keeps its token and history through an upgrade and back', async () => {
      const kept = await at.secret('grafana-backup');
      expect(kept['GRAFANA_API_TOKEN']).toMatch(/^glsa_/);
      await at.dashkeep('upgrade', { ...values, schedule: '7 3 * * *' });
      expect(await at.secret('grafana-backup')).toEqual(kept);
      await at.helm('rollback', 'dashkeep', '1');
      expect(await at.secret('grafana-backup')).toEqual(kept);
      await at.kubectl('rollout', 'restart', 'deployment/grafana');
      await at.kubectl('rollout', 'status', 'deployment/grafana', '--timeout=180s');
      // The simulator starts empty, as a rebuilt Grafana does: the service makes a new token and configures the app.
      const { items } = await soon('the service is back', () => at.askApp('/snapshots'));
      expect(items.map(({ id }: { id: string }) => id)).toContain(first);
    });

    it('leaves only its keys behind', async () => {
      await at.grafana('upgrade');
      await at.kubectl('rollout', 'status', 'deployment/grafana', '--timeout=180s');
      await at.helm('uninstall', 'dashkeep');
      await soon('only the Secrets are left', async () => {
        const left = (await at.contents()).filter((name) => /dashkeep|grafana-backup/.test(name));
        expect(left).toEqual(['secret/grafana-backup', 'secret/grafana-backup-s3-credentials']);
        return true;
      });
    });
  });
}
