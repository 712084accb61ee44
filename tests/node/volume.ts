import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Namespace, soon } from './cluster.ts';
import { nodeFolder } from './tier.ts';

const CLAIM = 'backups';

/** A target on a volume, and Grafana in another namespace, whose admin Secret is read through the API. */
export function volume(): void {
  describe('with its snapshots on a volume', () => {
    let at: Namespace;
    const values = {
      mode: 'deployment',
      target: 'file:///backups',
      grafana: { namespace: 'volume-grafana' },
      extraVolumes: [{ name: CLAIM, persistentVolumeClaim: { claimName: CLAIM } }],
      extraVolumeMounts: [{ name: CLAIM, mountPath: '/backups' }],
    };
    const snapshots = async (): Promise<string[]> => {
      const program = ['/nodejs/bin/node', '/dashkeep/dashkeep.mjs', 'snapshots', '--json'];
      const found = JSON.parse(await at.kubectl('exec', 'deployment/dashkeep', '--', ...program));
      return found.snapshots.map(({ id }: { id: string }) => id);
    };

    beforeAll(async () => {
      const other = await Namespace.create('volume-grafana');
      at = await Namespace.create('volume');
      await mkdir(join(nodeFolder ?? '', 'volume'));
      await at.apply(...persistent(join(nodeFolder ?? '', 'volume')));
      await other.grafana('install');
      await at.dashkeep('install', values);
    });

    it('keeps the claim and the history when it is removed and installed again', async () => {
      const first = await soon('a snapshot', async () => (await snapshots())[0]);
      await at.helm('uninstall', 'dashkeep');
      await soon('its pod is gone', async () => (await at.list('pods')).length === 0);
      expect((await at.get('pvc', CLAIM)).status.phase).toBe('Bound');
      expect((await at.contents()).filter((name) => /dashkeep|grafana-backup/.test(name))).toEqual([
        'secret/grafana-backup',
      ]);
      await at.dashkeep('install', values);
      expect(await soon('the history', snapshots)).toContain(first);
    });
  });
}

/** A volume in a directory of the node, and the claim to it. */
function persistent(path: string): object[] {
  const size = { storage: '1Gi' };
  const shape = { accessModes: ['ReadWriteOnce'], storageClassName: '' };
  const node = { key: 'kubernetes.io/hostname', operator: 'In', values: ['node'] };
  return [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: CLAIM },
      spec: {
        ...shape,
        capacity: size,
        local: { path },
        nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [node] }] } },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: CLAIM },
      spec: { ...shape, resources: { requests: size }, volumeName: CLAIM },
    },
  ];
}
