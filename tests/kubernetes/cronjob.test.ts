import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { podIn } from '../chart/charts.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { type KubernetesObject, type Outcome, CHART, run, template, the } from '../support/helm/helm.ts';
import { Cluster } from '../support/kube/cluster.ts';
import { grant } from '../support/kube/role.ts';
import { describeKubernetes, programs } from './tier.ts';
import { program } from '../support/program.ts';

describeKubernetes('cronjob mode, its Jobs run by hand with what the chart gives them', () => {
  let cluster: Cluster;
  let grafana: Simulator;
  let namespaces = 0;

  beforeAll(async () => {
    cluster = await Cluster.start(programs ?? '');
    grafana = await startGrafana({ profile: '13.2' });
    grafana.seedDashboards({ count: 5, folders: 1 });
  });
  afterAll(async () => {
    await grafana?.close();
    await cluster?.stop();
  });

  /** The chart's objects, in their own namespace. */
  async function install(values: object): Promise<{ objects: KubernetesObject[]; namespace: string; backups: string }> {
    const namespace = `cronjob-${++namespaces}`;
    await cluster.namespace(namespace);
    const backups = await mkdtemp(join(cluster.folder, 'backups-'));
    const objects = await template(CHART, {
      namespace,
      values: [
        {
          mode: 'cronjob',
          target: `file://${backups}`,
          extraVolumeMounts: [{ name: 'backups', mountPath: backups }],
          grafana: { url: grafana.url },
          ...values,
        },
      ],
    });
    await cluster.must('POST', `/api/v1/namespaces/${namespace}/secrets`, the(objects, 'Secret'));
    return { objects, namespace, backups };
  }

  /** Runs a Job's container: the ConfigMap as environment, the mounts where the kubelet would have put them. */
  async function job(
    { objects, namespace }: { objects: KubernetesObject[]; namespace: string },
    workload: KubernetesObject,
    env: Record<string, string> = {},
  ): Promise<Outcome> {
    const pod = podIn(workload);
    const account = pod.serviceAccountName ?? '';
    await grant(cluster, namespace, account, the(objects, 'Role', account)['rules']);
    const admin = await mkdtemp(join(cluster.folder, 'admin-'));
    await writeFile(join(admin, 'admin-user'), 'admin');
    await writeFile(join(admin, 'admin-password'), 'admin');
    const given: Record<string, string> = the(objects, 'ConfigMap')['data'];
    return run(process.execPath, [await program(), ...(pod.containers[0]?.args ?? []), '--json'], {
      PATH: process.env['PATH'],
      ...given,
      NODE_OPTIONS: '',
      HOME: '/proc/nowhere',
      KUBERNETES_SERVICE_HOST: cluster.host,
      KUBERNETES_SERVICE_PORT: String(cluster.port),
      DASHKEEP_KUBE_DIR: await cluster.serviceAccount(namespace, account),
      DASHKEEP_ADMIN_SECRET_DIR: admin,
      ...env,
    });
  }

  async function secret(namespace: string): Promise<Record<string, string>> {
    const { data } = await cluster.must('GET', `/api/v1/namespaces/${namespace}/secrets/grafana-backup`);
    const encoded = (data ?? {}) as Record<string, string>;
    return Object.fromEntries(
      Object.entries(encoded).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
    );
  }

  it('makes the token, backs up with it, and does both again without harm', async () => {
    const installed = await install({});
    const { objects, namespace } = installed;
    const bootstrap = objects.find(({ kind }) => kind === 'Job') as KubernetesObject;
    for (const _ of ['first', 'again']) {
      const outcome = await job(installed, bootstrap);
      expect(outcome.code, outcome.stderr).toBe(0);
    }
    const { GRAFANA_API_TOKEN = '' } = await secret(namespace);
    expect(GRAFANA_API_TOKEN).toMatch(/^glsa_/);
    for (const [stored, reused] of [
      [5, 0],
      [0, 5],
    ]) {
      const outcome = await job(installed, the(objects, 'CronJob', 'dashkeep'), { GRAFANA_API_TOKEN });
      expect(outcome.code, outcome.stderr).toBe(0);
      expect(JSON.parse(outcome.stdout).kinds.dashboard).toMatchObject({ listed: 5, stored, reused, failed: 0 });
    }
    // Both by the one key that the Secret keeps: a Job's own files are gone with it.
    const keys = Object.keys(await secret(namespace)).filter((key) => key.startsWith('signing-'));
    expect(keys).toHaveLength(1);
    expect(await readdir(join(installed.backups, 'signatures', 'snapshots'))).toHaveLength(2);
    const trusted = await readdir(join(installed.backups, 'signatures', 'trust'));
    expect(trusted.filter((name) => name.endsWith('.pub'))).toHaveLength(1);
  });

  it('backs up each organization with the token that the bootstrap stored, and goes on when one is deleted', async () => {
    const installed = await install({ config: { DASHKEEP_ORGS: 'all' } });
    const { objects, namespace } = installed;
    const bootstrap = objects.find(({ kind }) => kind === 'Job') as KubernetesObject;
    const second = grafana.state.addOrg('Second').id;
    async function backUp(): Promise<Outcome> {
      const { GRAFANA_API_TOKEN = '' } = await secret(namespace);
      return job(installed, the(objects, 'CronJob', 'dashkeep'), { GRAFANA_API_TOKEN });
    }

    expect(await job(installed, bootstrap)).toMatchObject({ code: 0 });
    const both = await backUp();
    expect(both.code, both.stderr).toBe(0);
    expect(JSON.parse(both.stdout).coverage.orgs).toMatchObject({ read: 2 });

    await fetch(`${grafana.url}/api/orgs/${second}`, {
      method: 'DELETE',
      headers: { authorization: `Basic ${Buffer.from('admin:admin').toString('base64')}` },
    });
    expect((await backUp()).code).toBe(1);
    expect(await job(installed, bootstrap)).toMatchObject({ code: 0 });
    expect(Object.keys(await secret(namespace))).not.toContain(`GRAFANA_API_TOKEN_ORG_${second}`);
    const one = await backUp();
    expect(JSON.parse(one.stdout).coverage.orgs, one.stderr).toMatchObject({ read: 1 });

    const another = await job(installed, the(objects, 'CronJob', 'dashkeep'), {
      GRAFANA_API_TOKEN: grafana.token({ role: 'Admin' }),
    });
    expect(another.stderr).toContain('GRAFANA_API_TOKEN is not the token in the Secret');
  });

  it('keeps the keys of an encrypted repository in the Secret, so that the next Job recognises and signs what is there', async () => {
    const recipient = await identityToRecipient(await generateIdentity());
    const installed = await install({ encryption: { ageRecipients: [recipient] } });
    const backup = the(installed.objects, 'CronJob', 'dashkeep');
    const GRAFANA_API_TOKEN = grafana.token({ role: 'Admin' });
    for (const [stored, reused] of [
      [5, 0],
      [0, 5],
    ]) {
      const outcome = await job(installed, backup, { GRAFANA_API_TOKEN });
      expect(outcome.code, outcome.stderr).toBe(0);
      expect(JSON.parse(outcome.stdout).kinds.dashboard).toMatchObject({ stored, reused });
    }
    const keys = Object.keys(await secret(installed.namespace));
    expect(keys.map((key) => key.replace(/-[0-9a-f]{32}$/, ''))).toEqual(['repository', 'signing', 'target']);
    const snapshots = await readdir(join(installed.backups, 'snapshots'));
    expect(snapshots.every((name) => name.endsWith('.age'))).toBe(true);
  });
});
