import { beforeAll, describe, expect, it } from 'vitest';
import type { S3RequestRecord, S3Server } from '../support/s3/server.ts';
import { Namespace, soon, type Described } from './cluster.ts';
import { bucketSecret } from './store.ts';

const PREFIX = 'cronjob/';

/**
 * docs/install/cronjob.md: no service, only Jobs, and Grafana in another namespace. The bucket refuses the first
 * attempt.
 * @returns what begins it early, because a CronJob fires at the full minute
 */
export function cronjob(store: () => S3Server): () => Promise<void> {
  let at: Namespace;
  let other: Namespace;
  let refused: Promise<void> | undefined;
  const values = {
    mode: 'cronjob',
    target: `s3://kept/${PREFIX}`,
    grafana: { namespace: 'cronjob-grafana' },
    cronjob: { successfulJobsHistoryLimit: 9 },
  };
  const backups = ['-l', 'app.kubernetes.io/component=backup'];
  const attempts = async (): Promise<Described[]> => at.list('pods', ...backups);
  const phases = async (): Promise<string[]> => (await attempts()).map(({ status }) => status.phase as string);

  // Between two attempts, and before its first, a Job has no active pod.
  const isOver = ({ status }: Described): boolean =>
    status.conditions?.some(({ type }: Described) => type === 'Complete' || type === 'Failed') ?? false;
  // A Job that began before the CronJob was suspended may still be trying, write a snapshot, and note it in the Secret.
  const idle = (): Promise<boolean> => soon('no Job to be at work', async () => (await at.list('jobs')).every(isOver));
  const isWrite = ({ key, operation }: Pick<S3RequestRecord, 'key' | 'operation'>): boolean =>
    key.startsWith(PREFIX) && operation === 'PutObject';

  function refuse(): void {
    store().options.fault = (request) =>
      isWrite(request) ? { kind: 'status', status: 403, code: 'AccessDenied' } : undefined;
  }

  async function begin(): Promise<void> {
    at = await Namespace.create('cronjob');
    await at.apply(bucketSecret(store()));
    refuse();
    other = await Namespace.create('cronjob-grafana');
    await other.grafana('install');
    const s3 = { endpoint: store().url };
    await at.dashkeep('install', { ...values, schedule: '* * * * *', s3 });
    refused = soon('an attempt has failed', async () => (await phases()).includes('Failed')).then(() => {
      store().options.fault = undefined;
    });
    // The tests hear of a failure.
    refused.catch(() => undefined);
  }

  describe('as a CronJob', () => {
    let job: Described;

    beforeAll(() => refused);

    it('fires, and retries what failed until it is complete', async () => {
      const failed = (await attempts()).find(({ status }) => status.phase === 'Failed');
      expect(failed.status.containerStatuses[0].state.terminated.exitCode).toBe(1);
      expect(await at.logs(failed.metadata.name)).toContain('DK_STORE_DENIED');
      const name = failed.metadata.labels['batch.kubernetes.io/job-name'];
      job = await soon('the Job is complete', async () => {
        const found = await at.get('job', name);
        return found.status.succeeded === 1 ? found : undefined;
      });
      expect(job.status.failed).toBe(1);
      expect(job.metadata.ownerReferences).toMatchObject([{ kind: 'CronJob', name: 'dashkeep' }]);
      expect(await at.logs('-l', `batch.kubernetes.io/job-name=${name}`)).toMatch(/snapshot \S+ is complete/);
      expect((await at.secret('grafana-backup'))['GRAFANA_API_TOKEN']).toMatch(/^glsa_/);
    });

    it('passes its own test', async () => {
      expect(await at.helm('test', 'dashkeep')).toContain('Phase:          Succeeded');
    });

    it('backs up before an upgrade, and refuses the upgrade without a backup if one is required', async () => {
      const upgrade = (schedule: string, required: boolean): Promise<string> =>
        at.dashkeep('upgrade', {
          ...values,
          schedule,
          cronjob: { suspend: true },
          s3: { endpoint: store().url },
          upgradeGuard: { enabled: true, required, backoffLimit: 0 },
        });
      const schedule = async (): Promise<string> => (await at.get('cronjob', 'dashkeep')).spec.schedule;

      refuse();
      await upgrade('1 3 * * *', false);
      expect(await schedule()).toBe('1 3 * * *');
      await expect(upgrade('2 3 * * *', true)).rejects.toThrow('pre-upgrade hooks failed');
      expect(await schedule()).toBe('1 3 * * *');
      expect(await at.logs('job/dashkeep-before-upgrade')).toContain('DK_STORE_DENIED');

      store().options.fault = undefined;
      await idle();
      const from = store().requests.length;
      await upgrade('3 3 * * *', true);
      expect(await schedule()).toBe('3 3 * * *');
      const written = store().requests.slice(from).filter(isWrite);
      expect(written.filter(({ key }) => key.startsWith(`${PREFIX}snapshots/`))).toHaveLength(1);
      expect((await at.contents()).filter((name) => name.includes('before-upgrade'))).toEqual([]);
    });

    it('keeps its token through an upgrade, and leaves only its keys behind', async () => {
      await idle();
      const kept = await at.secret('grafana-backup');
      await at.dashkeep('upgrade', { ...values, cronjob: { suspend: true }, s3: { endpoint: store().url } });
      expect(await at.secret('grafana-backup')).toEqual(kept);
      await at.helm('uninstall', 'dashkeep');
      await soon('only the Secrets are left', async () => {
        const left = (await at.contents()).filter((name) => /dashkeep|grafana-backup/.test(name));
        expect(left).toEqual(['secret/grafana-backup', 'secret/grafana-backup-s3-credentials']);
        expect((await other.contents()).filter((name) => name.includes('dashkeep'))).toEqual([]);
        return true;
      });
    });
  });

  return begin;
}
