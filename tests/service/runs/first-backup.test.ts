import { expect, it } from 'vitest';
import { isFirstBackupDue } from '../../../pkg/service/schedule/due.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import { eventually } from '../../support/ports.ts';
import { startS3Server } from '../../support/s3/server.ts';
import { startService } from '../../support/service.ts';

const at = (second: number) => `2026-11-29T10:00:${String(second).padStart(2, '0')}.000Z`;

/** What the service knows when its target began to answer at second 5, and is empty as the status last read it. */
function isDueAfter(run: { status: string; started: string; finished: string }, since = at(5)): boolean {
  const known = {
    history: { last: () => run },
    statusCache: { repository: { snapshots: 0 }, findings: [] },
    repositoryCache: { reachable: true, since: new Date(since), firstAnswer: new Date(at(5)) },
  };
  return isFirstBackupDue(known as unknown as Parameters<typeof isFirstBackupDue>[0]);
}

it.each(['complete', 'partial'])('is not due after a %s backup into a target that answered meanwhile', (status) => {
  expect(isDueAfter({ status, started: at(4), finished: at(9) })).toBe(false);
});

it.each([
  ['a backup that failed while the target began to answer', { status: 'failed', started: at(4), finished: at(9) }],
  ['a backup into an earlier target', { status: 'complete', started: at(1), finished: at(3) }],
])('is due after %s', (_, run) => {
  expect(isDueAfter(run)).toBe(true);
});

it.each(['complete', 'partial'])('is not due after a %s backup that the private key cannot decrypt', (status) => {
  expect(isDueAfter({ status, started: at(4), finished: at(9) }, at(20))).toBe(false);
});

it('is made as soon as a wrong target is corrected', async () => {
  const grafana = await startGrafana({ profile: '13.2' });
  const s3 = await startS3Server({ buckets: ['backups'] });
  const environment = {
    ...s3.environment,
    DASHKEEP_TARGET: undefined,
    DASHKEEP_SCHEDULE: undefined,
    DASHKEEP_OUTBOUND_ALLOW: '127.0.0.1',
  };
  const service = await startService({ grafanaUrl: grafana.url, environment });
  const save = async (url: string): Promise<void> => {
    const { values } = (await service.call('GET', '/settings')).json;
    expect((await service.call('PUT', '/settings', { values: { target: { ...values.target, url } } })).status).toBe(
      200,
    );
  };
  const hasEnded = async (wanted: string): Promise<boolean> => {
    const { items } = (await service.call('GET', '/runs')).json as { items: { status: string }[] };
    return items.some(({ status }) => status === wanted);
  };
  try {
    await save('s3://bakups');
    await eventually('a failed backup', () => hasEnded('failed'));
    await save('s3://backups');
    await eventually('the first backup', () => hasEnded('complete'));
  } finally {
    await service.stop();
    await Promise.all([s3.close(), grafana.close()]);
  }
});
