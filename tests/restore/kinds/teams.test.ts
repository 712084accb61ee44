import { afterEach, describe, expect, it } from 'vitest';
import { planRestore } from '../../../pkg/engine/restore/plan/plan.ts';
import { restore } from '../../../pkg/engine/restore/restore.ts';
import { SeededRandomness } from '../../support/repository/repository.ts';
import { named, RestoreBench } from '../harness.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

const selection = { kinds: ['team' as const, 'org-preferences' as const] };

/** A team of two with its own theme, which is gone now; its members are not. */
async function lost(): Promise<void> {
  bench = await RestoreBench.start({ profile: '12.4' });
  for (const login of ['eva', 'max']) {
    const user = bench.sim.state.addUser({ login, email: `${login}@example.org` });
    bench.sim.state.org(1).members.set(user.id, 'Viewer');
  }
  const { teamId } = (await bench.api('POST /api/teams', { name: 'ops', email: 'ops@example.org' })).body;
  await bench.api(`PUT /api/teams/${teamId}/members`, { admins: ['eva@example.org'], members: ['max@example.org'] });
  await bench.api(`PUT /api/teams/${teamId}/preferences`, { theme: 'dark' });
  await bench.backup();
  bench.sim.state.org(1).teams.clear();
}

/** Restores, and ends as if it was killed after that many writes. @returns whether it came to its end. */
async function cutAfter(writes: number): Promise<boolean> {
  const killed = new AbortController();
  bench.sim.setFaults({
    match: /^(POST|PUT|PATCH|DELETE) /,
    skip: writes - 1,
    times: 1,
    action: { kind: 'after', run: () => killed.abort(new Error('killed')) },
  });
  const request = await bench.request({ selection, signal: killed.signal });
  const run = planRestore(request).then((plan) =>
    restore({ ...request, plan, safetySnapshot: false, version: '0.1.0', randomness: new SeededRandomness() }),
  );
  const ended = await run.then(
    () => true,
    () => false,
  );
  bench.sim.setFaults();
  return ended;
}

const teams = () => [...bench.sim.state.org(1).teams.values()];

describe('a restore of a team that is killed', () => {
  it('after each write is completed by the next one, without --overwrite and without a second team', async () => {
    await lost();
    let halfMade = 0;
    for (let cut = 1; ; cut++) {
      bench.sim.state.org(1).teams.clear();
      if (await cutAfter(cut)) {
        expect(cut).toBeGreaterThan(4);
        break;
      }
      halfMade += teams().filter(({ email }) => email.endsWith('@dashkeep.invalid')).length;
      const { results } = await bench.apply({ selection });
      expect(
        results.filter(({ outcome }) => outcome !== 'verified'),
        `cut ${cut}`,
      ).toEqual([]);
      expect(teams(), `cut ${cut}`).toMatchObject([{ name: 'ops', email: 'ops@example.org' }]);
      const members = [...teams()[0]!.members].map(([id, level]) => [bench.sim.state.users.get(id)?.login, level]);
      expect(members, `cut ${cut}`).toEqual([
        ['eva', 4],
        ['max', 0],
      ]);
      expect(named(await bench.plan({ selection }), 'create', 'update', 'skip', 'blocked'), `cut ${cut}`).toEqual([]);
    }
    expect(halfMade).toBeGreaterThan(2);
  });

  it('leaves a team alone that somebody changed since it was complete', async () => {
    await lost();
    await bench.apply({ selection });
    teams()[0]!.members.clear();
    expect(named(await bench.plan({ selection }), 'skip')).toContain('team/ops');
  });
});

describe('a team that a restore created without its members, because Grafana answered and did not write', () => {
  const ids = (): number[] => [...teams()[0]!.members.keys()];

  /** Restores while Grafana writes no members. @returns the members that it leaves, and those wanted */
  async function halfMade(): Promise<{ left: [number, 0 | 4][]; whole: number[] }> {
    await lost();
    const { length } = await withoutMembers();
    expect(length).toBe(1);
    const whole = ['eva', 'max'].map((login) => [...bench.sim.state.users.values()].find((u) => u.login === login)!.id);
    expect(ids()).not.toEqual(expect.arrayContaining(whole));
    return { left: [...teams()[0]!.members], whole };
  }

  async function withoutMembers(): Promise<string[]> {
    const action = { kind: 'status' as const, status: 200, body: {} };
    bench.sim.setFaults({ match: /^(POST|PUT) \/api\/teams\/\d+\/members/, action });
    const { results } = await bench.applyRecorded({ selection });
    bench.sim.setFaults();
    return results.filter(({ outcome }) => outcome === 'differs').map(({ uid }) => uid);
  }

  it('is completed by the next restore without --overwrite, also when the first attempts wrote nothing', async () => {
    const { whole } = await halfMade();
    expect(await withoutMembers()).toEqual(['ops']);
    expect(await withoutMembers()).toEqual(['ops']);
    const { results } = await bench.applyRecorded({ selection });
    expect(results.map(({ kind, uid, outcome }) => `${kind}/${uid} ${outcome}`)).toEqual(['team/ops verified']);
    expect(ids().sort()).toEqual(whole);
    expect(named(await bench.plan({ selection }), 'create', 'update', 'skip', 'blocked')).toEqual([]);
  });

  it('is left alone when somebody changed it since', async () => {
    await halfMade();
    const { id } = bench.sim.state.addUser({ login: 'new' });
    teams()[0]!.members.set(id, 0);
    expect(named(await bench.plan({ selection }), 'skip')).toContain('team/ops');
  });

  it('is left alone when somebody took the members away after it was completed', async () => {
    const { left } = await halfMade();
    await bench.applyRecorded({ selection });
    teams()[0]!.members.clear();
    left.forEach(([id, level]) => teams()[0]!.members.set(id, level));
    expect(named(await bench.plan({ selection }), 'skip')).toContain('team/ops');
  });

  it('is left alone by the restore of another snapshot', async () => {
    await halfMade();
    const manifest = await bench.repository.manifest('latest');
    const other = { ...manifest, id: `${manifest.id}-other` };
    expect(named(await bench.plan({ selection, manifest: other }), 'skip')).toContain('team/ops');
  });
});

it('a team whose members have other email addresses now is restored with them, or is the same', async () => {
  await lost();
  await bench.apply({ selection });
  const max = [...bench.sim.state.users.values()].find(({ login }) => login === 'max')!;
  max.email = 'max@elsewhere.example';
  expect(named(await bench.plan({ selection, options: { overwrite: true } }), 'update')).toEqual([]);
  teams()[0]!.members.clear();
  const { results } = await bench.apply({ selection, options: { overwrite: true } });
  expect(results.map(({ uid, outcome }) => `${uid} ${outcome}`)).toEqual(['ops verified']);
});
