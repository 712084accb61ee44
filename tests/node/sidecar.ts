import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { S3Server } from '../support/s3/server.ts';
import { Namespace, soon } from './cluster.ts';
import { bucketSecret } from './store.ts';
import { nodeFolder } from './tier.ts';

/** docs/install/official-chart.md, from nothing to its end. The tests build on each other. */
export function sidecar(store: () => S3Server): void {
  describe('in the pod of the official chart', () => {
    let at: Namespace;
    const values = { target: 's3://my-bucket/sidecar', plugin: { source: 'image' } };

    beforeAll(async () => {
      at = await Namespace.create('monitoring');
      await at.apply(bucketSecret(store()));
      await at.grafana('install');
    });

    it('makes a complete backup, seen through the plugin proxy', async () => {
      await at.dashkeep('install', values);
      const overlay = join(nodeFolder ?? '', 'overlay.yaml');
      const { data } = await at.get('configmap', 'dashkeep-overlay');
      await writeFile(overlay, data['overlay.yaml']);
      await at.grafana('upgrade', overlay);
      const { lastBackup } = await soon('a complete backup', async () => {
        const status = await at.askApp('/status');
        return status.lastBackup?.status === 'complete' ? status : undefined;
      });
      expect(lastBackup.snapshot).toBeTruthy();
    });
  });
}
