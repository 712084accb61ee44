import { expect, it } from 'vitest';
import type { ProgressStep } from '../../pkg/contract/runs.ts';
import type { OnProgress } from '../../pkg/engine/progress.ts';
import { storedContent } from '../../pkg/engine/restore/content.ts';
import { bench, burned, everything, MINUTE, setUp } from './burned.ts';

setUp();

it('the safety snapshot of everything has the permissions of a moment ago, not those of the last backup', async () => {
  const manifest = await burned({ profile: '12.4' });
  await everything({ manifest });
  bench.sim.state.org(2).members.set(1, 'Admin');
  await bench.backup();
  bench.sim.advance(MINUTE);
  const editor = { permissions: [{ builtInRole: 'Editor', permission: 'Admin' }] };
  await bench.api('POST /api/access-control/folders/infra', editor);
  await bench.api('POST /api/access-control/folders/infra', editor, 2);
  // The account that restores is no member of the second organization, so that the plan cannot look into it.
  bench.sim.state.org(2).members.delete(1);
  const { safetySnapshot } = await everything({
    manifest,
    safetySnapshot: true,
    options: { overwrite: true },
  });
  const { resources } = await bench.repository.manifest(safetySnapshot ?? '');
  const entries = resources.filter(({ kind, uid }) => kind === 'folder-permissions' && uid === 'infra');
  expect(entries.map(({ org }) => org).sort()).toEqual([1, 2]);
  for (const entry of entries) {
    const { body } = await storedContent(bench.repository, entry, new AbortController().signal);
    expect(body).toMatchObject({
      permissions: expect.arrayContaining([{ role: 'Editor', permission: 'Admin' }]) as never,
    });
  }
});

it('the safety snapshot of everything is the first of two steps', async () => {
  const manifest = await burned({ profile: '12.4' });
  const steps = new Set<string>();
  await everything({
    manifest,
    safetySnapshot: true,
    onProgress: ({ step }) => step && steps.add(`${step.number}/${step.of} ${step.name}`),
  });
  expect([...steps]).toEqual(['1/1 planning', '1/2 saving', '2/2 restoring']);
});

it('the progress of everything counts what it restores into organizations that it could not look into', async () => {
  const manifest = await burned({ profile: '12.4' });
  const counted = async (): Promise<ProgressStep[]> => {
    const steps: ProgressStep[] = [];
    const onProgress: OnProgress = ({ step }) => void (step?.name === 'restoring' && steps.push(step));
    await everything({ manifest, onProgress });
    return steps;
  };
  const isOver = ({ done, total = 0 }: ProgressStep): boolean => done > total;
  // One is created, with all that it holds.
  const created = await counted();
  expect(created.filter(isOver)).toEqual([]);
  expect(created.at(-1)?.done).toBe(created.at(-1)?.total);
  // The account that restores is no member of the other one.
  const { members, dashboards } = bench.sim.state.org(2);
  members.delete(1);
  dashboards.clear();
  const joined = await counted();
  expect(joined.filter(isOver)).toEqual([]);
  expect(joined.at(-1)?.done).toBeGreaterThan(0);
});

it('the record of everything names an organization before it is created or renamed', async () => {
  const manifest = await burned({ profile: '12.4', isEmpty: true });
  let kept: readonly string[] = [];
  const atRequest: (readonly string[])[] = [];
  bench.sim.setFaults({
    match: /^(PUT \/api\/orgs\/1|POST \/api\/orgs)$/,
    action: { kind: 'after', run: () => void atRequest.push(kept) },
  });
  await everything({
    manifest,
    safetySnapshot: true,
    async keep(touched) {
      const names = touched.filter(({ kind }) => kind === 'org').map(({ uid }) => uid);
      await new Promise((resolve) => setTimeout(resolve, 50));
      kept = names;
    },
  });
  expect(atRequest).toEqual([['Acme'], ['Acme', 'Second']]);
});

it('the record of everything counts what was written to a new organization while it is written', async () => {
  const manifest = await burned({ profile: '12.4' });
  // The new one does not get the ID that it has in the snapshot.
  await bench.api('POST /api/orgs', { name: 'Other' });
  const counted: [named: number, written: number, inNew: boolean][] = [];
  await everything({
    manifest,
    async keep(touched, { written = 0, unchecked = 0 }) {
      counted.push([touched.length, written + unchecked, touched.some(({ org }) => org === 3)]);
    },
  });
  expect(counted.filter(([, , inNew]) => inNew).length).toBeGreaterThan(5);
  expect(counted.filter(([named, written]) => named !== written)).toEqual([]);
});
