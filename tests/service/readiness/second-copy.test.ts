import { expect, it } from 'vitest';
import { copied } from '../../../pkg/service/readiness/lines/runs.ts';

it('names what makes the second copy untrusted, and the next step', () => {
  const params = { message: 'untrusted: only f00d signed it', signer: 'f00d' };
  const warned = [{ code: 'DK_SNAPSHOT_FOREIGN', params }];
  const finished = '2026-11-29T10:00:00.000Z';
  const last = { status: 'failed', finished, counts: { problems: 9 }, warned };
  const facts = { now: new Date('2026-11-30T10:00:00.000Z') };

  const said = copied({ last, target: 's3://second', overdue: false } as never, facts as never);

  expect(said.found).toContainEqual({
    code: 'copy-problem',
    params: { message: 'untrusted: only f00d signed it', count: '9', time: finished },
  });
  expect(said.advice?.map(({ code }) => code)).toEqual(['trust-or-remove', 'ready-see-runs']);
  expect(said.advice?.[0]?.params['trust']).toBe('dashkeep trust f00d --target s3://second');
});

it('dates the counts of an earlier read-back', () => {
  const run = { status: 'complete', kind: 'copy' };
  const read = {
    ...run,
    started: '2026-11-29T09:59:00.000Z',
    finished: '2026-11-29T10:00:00.000Z',
    counts: { copied: 1, present: 0, snapshots: 1, objects: 271, read: 271 },
  };
  const last = {
    ...run,
    snapshot: '20261130T090000Z-00000000',
    started: '2026-11-30T09:00:00.000Z',
    finished: '2026-11-30T09:01:00.000Z',
    counts: { copied: 1, present: 1, read: 0 },
  };
  const facts = { now: new Date('2026-11-30T10:00:00.000Z') };

  const said = copied({ last, copied: last, read, target: 's3://second', overdue: false } as never, facts as never);

  expect(said).toMatchObject({ level: 'ok', at: last.finished });
  expect(said.found).toEqual([
    { code: 'ready-copied', params: { snapshot: last.snapshot } },
    {
      code: 'ready-copy-read-back',
      params: { time: read.finished, snapshots: '1', objects: '271', read: '271' },
    },
  ]);
});
