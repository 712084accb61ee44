import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { must } from '../containers/docker.ts';
import type { S3Server } from '../support/s3/server.ts';
import { HOST, Namespace, soon, type Described } from './cluster.ts';
import { Probe } from './probe.ts';
import { bucketSecret } from './store.ts';
import { nodeFolder } from './tier.ts';

const NODE = '/nodejs/bin/node';

/** docs/install/deployment.md: two replicas beside Grafana. The tests build on each other. */
export function deployment(store: () => S3Server): void {
  describe('as a separate Deployment', () => {
    let at: Namespace;
    let elsewhere: Server;
    const values = () => ({
      mode: 'deployment',
      target: 's3://kept/deployment',
      plugin: { source: 'image' },
      deployment: { replicas: 2 },
      // A process that gets SIGTERM before it handles signals is killed after this time, in seconds.
      terminationGracePeriodSeconds: 15,
      // In the file of the Secret, too: by this one the chart knows the port that its NetworkPolicy opens.
      s3: { endpoint: store().url },
    });
    const service = ['-l', 'app.kubernetes.io/component=service'];

    beforeAll(async () => {
      at = await Namespace.create('deployment');
      elsewhere = createServer((_, response) => response.end()).listen(0, HOST);
      await at.apply(bucketSecret(store()));
      await at.dashkeep('install', values());
      const overlay = join(nodeFolder ?? '', 'deployment.yaml');
      await writeFile(overlay, (await at.get('configmap', 'dashkeep-overlay')).data['overlay.yaml']);
      await at.grafana('install', overlay);
    });

    afterAll(() => elsewhere.close());

    const leader = async (): Promise<string | undefined> => (await at.get('lease', 'dashkeep')).spec?.holderIdentity;

    /** The pod that holds the Lease: the identity begins with its name. */
    async function leadingPod(): Promise<Described> {
      const holder = await soon('a leader', leader);
      const pods = await at.list('pods', ...service);
      expect(pods).toHaveLength(2);
      return pods.find(({ metadata }) => holder.startsWith(metadata.name));
    }

    it('is reached over TLS by Grafana, which trusts the chart’s authority, and makes a complete backup', async () => {
      await at.kubectl('rollout', 'status', 'deployment/dashkeep', '--timeout=240s');
      await at.completeBackup();
      const app = await at.askGrafana('GET', '/api/plugins/dashkeep-backup-app/settings');
      expect(app.jsonData.sidecarUrl).toBe('https://dashkeep.deployment.svc:3210');
      expect((await at.secret('grafana-backup'))['GRAFANA_API_TOKEN']).toMatch(/^glsa_/);
    });

    it('passes its own test', async () => {
      expect(await at.helm('test', 'dashkeep')).toContain('Phase:          Succeeded');
    });

    it('lets only Grafana use its API, and reaches only what it needs', async () => {
      const probe = await Probe.start(at);
      const pod = await leadingPod();
      const { port } = elsewhere.address() as AddressInfo;
      await probe.finds('open', pod.status.podIP, 9464);
      await probe.finds('refused', pod.status.podIP, 3210);
      await probe.finds('open', HOST, port);
      const ask = (url: string): Promise<string> =>
        at.kubectl(
          'exec',
          pod.metadata.name,
          '--',
          NODE,
          '-e',
          `fetch('${url}').then(() => console.log('open'), ({ cause }) => console.log(cause.code))`,
        );
      expect((await ask(store().url)).trim()).toBe('open');
      expect((await ask(`http://${HOST}:${port}`)).trim()).toBe('ECONNREFUSED');
    });

    it('goes on when the leader’s process is killed', async () => {
      const before = await soon('a leader', leader);
      const pod = await leadingPod();
      const container = pod.status.containerStatuses[0].containerID.replace('containerd://', '');
      const containerd = ['--address', join(nodeFolder ?? '', 'containerd.sock'), '--namespace', 'k8s.io'];
      await must('ctr', [...containerd, 'tasks', 'kill', '--signal', 'SIGKILL', container]);
      await soon('another leader', async () => {
        const now = await leader();
        return now !== undefined && now !== '' && now !== before;
      });
      await soon('both replicas are ready again', async () => {
        const pods = await at.list('pods', ...service);
        const restarted = pods.find(({ metadata }) => metadata.name === pod.metadata.name)?.status.containerStatuses[0];
        expect(restarted).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 137 } } });
        return pods.every(({ status }) => status.containerStatuses[0].ready);
      });
      const run = await at.askApp('/runs', 'POST', { kind: 'backup' });
      await soon('a backup by the new leader', async () => (await at.askApp(`/runs/${run.id}`)).status === 'complete');
    });

    it('keeps its token through an upgrade and back, with all pods replaced', async () => {
      const kept = await at.secret('grafana-backup');
      await at.dashkeep('upgrade', { ...values(), schedule: '7 3 * * *' });
      await at.helm('rollback', 'dashkeep', '1');
      await at.kubectl('rollout', 'status', 'deployment/dashkeep', '--timeout=240s');
      expect(await at.secret('grafana-backup')).toEqual(kept);
      await soon('the service answers', () => at.askApp('/status'));
    });

    it('leaves only its keys behind', async () => {
      await at.helm('uninstall', 'dashkeep');
      await soon('only the Secrets are left', async () => {
        const left = (await at.contents()).filter((name) => /dashkeep|grafana-backup/.test(name));
        expect(left).toEqual(['secret/grafana-backup', 'secret/grafana-backup-s3-credentials']);
        return true;
      });
    });
  });
}
