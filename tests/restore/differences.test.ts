import { afterEach, describe, expect, it } from 'vitest';
import type { KindName } from '../../pkg/contract/kinds.ts';
import { differencesBetween } from '../../pkg/engine/restore/apply/differences.ts';
import { kindOf } from '../../pkg/grafana/kinds/registry.ts';
import type { Content } from '../../pkg/grafana/kinds/content.ts';
import { RestoreBench } from './harness.ts';

let bench: RestoreBench | undefined;
afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

/** Someone writes a resource directly after the restore did. */
async function changedMeanwhile(): Promise<void> {
  bench = await RestoreBench.start({ profile: '12.4' });
  await bench.api('POST /api/teams', { name: 'Operations', email: 'ops@example.org' });
  await bench.backup();
  const team = [...bench.sim.state.org(1).teams.values()][0]!;
  team.email = 'other@example.org';
}

describe('a resource that differs after a restore', () => {
  it('names its fields, in the reason and one by one', async () => {
    await changedMeanwhile();
    const { sim } = bench!;
    const team = [...sim.state.org(1).teams.values()][0]!;
    // Grafana ignores the write.
    Object.defineProperty(team, 'email', { get: () => 'other@example.org', set: () => {}, enumerable: true });
    const { results } = await bench!.apply({ selection: { kinds: ['team'] }, options: { overwrite: true } });
    expect(results).toEqual([
      expect.objectContaining({
        outcome: 'differs',
        reason: 'exists, but differs in email',
        code: 'differs-in',
        params: { fields: 'email' },
        differences: [{ path: 'email', wanted: 'ops@example.org', found: 'other@example.org' }],
      }),
    ]);
  });

  it('names the members who have no account, as the plan did', async () => {
    bench = await RestoreBench.start({ profile: '12.4' });
    await bench.api('POST /api/teams', { name: 'Operations' });
    const org = bench.sim.state.org(1);
    const team = [...org.teams.values()][0]!;
    const ben = bench.sim.state.addUser({ login: 'ben', email: 'ben@example.org' });
    org.members.set(ben.id, 'Viewer');
    team.members.set(ben.id, 0);
    await bench.backup();
    org.members.delete(ben.id);
    bench.sim.state.users.delete(ben.id);
    org.teams.delete(team.id);
    const { results } = await bench.apply({ selection: { kinds: ['team'] } });
    expect(results).toEqual([
      expect.objectContaining({
        outcome: 'differs',
        reason: 'without members who have no account in this organization: ben',
        code: 'members-left-out',
        params: { logins: 'ben' },
      }),
    ]);
    expect(results[0]).not.toHaveProperty('losses');
  });

  it('names the permissions of users who have no account, as the plan did', async () => {
    bench = await RestoreBench.start({ profile: '12.4' });
    const org = bench.sim.state.org(1);
    const ben = bench.sim.state.addUser({ login: 'ben', email: 'ben@example.org' });
    org.members.set(ben.id, 'Viewer');
    await bench.api('POST /api/folders', { uid: 'ops', title: 'Operations' });
    await bench.api('POST /api/folders/ops/permissions', { items: [{ userId: ben.id, permission: 1 }] });
    await bench.backup();
    org.members.delete(ben.id);
    bench.sim.state.users.delete(ben.id);
    await bench.api('DELETE /api/folders/ops', undefined);
    const selection = { kinds: ['folder', 'folder-permissions'] as KindName[] };
    // Grafana does not close the folder either.
    bench.sim.setFaults({
      match: 'POST /api/access-control/folders/ops',
      action: { kind: 'status', status: 200, body: { message: 'Permissions updated' } },
    });
    expect((await bench.apply({ selection })).results).toContainEqual(
      expect.objectContaining({ kind: 'folder-permissions', outcome: 'differs', code: 'differs-in' }),
    );
    bench.sim.setFaults();
    await bench.api('DELETE /api/folders/ops', undefined);
    const { results } = await bench.apply({ selection });
    expect(results).toContainEqual(
      expect.objectContaining({
        kind: 'folder-permissions',
        outcome: 'differs',
        reason: 'without the permissions of users, teams or service accounts that are missing: user ben',
        code: 'permissions-left-out',
      }),
    );
  });
});

describe('a resource that is restored without something', () => {
  it('names it in the result, as the plan did, and in the next plan', async () => {
    bench = await RestoreBench.start({ profile: '12.4' });
    await bench.api('POST /api/datasources', {
      uid: 'pg',
      name: 'Postgres',
      type: 'postgres',
      access: 'proxy',
      secureJsonData: { password: 'secret' },
    });
    await bench.backup();
    await bench.api('DELETE /api/datasources/uid/pg', undefined);
    const { results } = await bench.apply({ selection: { kinds: ['data-source'] } });
    expect(results).toEqual([
      expect.objectContaining({
        outcome: 'verified',
        losses: ['enter again: password'],
        lost: [{ code: 'enter-again', params: { field: 'password' } }],
      }),
    ]);
    const again = await bench.plan({ selection: { kinds: ['data-source'] } });
    expect(again.items).toMatchObject([{ action: 'unchanged', losses: ['enter again: password'] }]);
  });
});

function content(body: Content['body'], more: Partial<Content> = {}): Content {
  return { title: 'It', body, ...more };
}

describe('differences', () => {
  const dashboard = kindOf('dashboard');

  it('name missing fields, and the folder', () => {
    const [wanted, found] = [content({ a: { b: '1', c: 'x' } }, { folderUid: 'f' }), content({ a: { c: 'x' }, d: 2 })];
    expect(differencesBetween(dashboard, wanted, found)).toEqual([
      { path: 'folder', wanted: 'f', found: '' },
      { path: 'a.b', wanted: '1' },
      { path: 'd', found: '2' },
    ]);
  });

  it('show of lists only the items that the other lacks', () => {
    const wanted = content({ list: ['a', 'b', { n: 1 }] });
    expect(differencesBetween(dashboard, wanted, content({ list: ['a', { n: 1 }] }))).toEqual([
      { path: 'list', wanted: '["b"]', found: '[]' },
    ]);
  });

  it('cut long values', () => {
    const [only] = differencesBetween(dashboard, content({ text: 'x'.repeat(5000) }), content({ text: 'y' }));
    expect(only?.wanted).toHaveLength(201);
  });

  it.each(['password', 'apiKey', 'clientSecret', 'Authorization', 'accessToken', 'deleteKey', 'key'])(
    'never show a value of the field %s',
    (name) => {
      const differences = differencesBetween(
        dashboard,
        content({ [name]: 'hidden-1' }),
        content({ [name]: 'hidden-2' }),
      );
      expect(differences).toEqual([{ path: name }]);
      const within = differencesBetween(dashboard, content({ in: [{ [name]: 'hidden-1' }] }), content({ in: [] }));
      expect(within).toEqual([{ path: 'in' }]);
    },
  );

  it('never show a password in an address', () => {
    const differences = differencesBetween(
      dashboard,
      content({ url: 'https://me:hidden@example.org' }),
      content({ url: '' }),
    );
    expect(differences).toEqual([{ path: 'url' }]);
  });

  it('never show a value of a kind with secrets', () => {
    const settings = (url: string) => ({ name: 'a', integrations: [{ type: 'slack', settings: { url } }] });
    const differences = differencesBetween(kindOf('contact-point'), content(settings('a')), content(settings('b')));
    expect(JSON.stringify(differences)).not.toMatch(/wanted|found/);
    expect(differences).toHaveLength(1);
  });
});
