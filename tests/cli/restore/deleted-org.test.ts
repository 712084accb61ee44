import { expect, it } from 'vitest';
import { installation } from './harness.ts';

const { grafana, dashkeep, api } = installation();

it.each(['deleted', 'replaced by one of the same name'])(
  'leads from an organization that was %s to the command that restores it',
  async (how) => {
    const second = Number((await api('POST /api/orgs', { name: 'Second' }))['orgId']);
    for (const uid of ['a', 'b', 'c', 'd', 'e', 'f']) {
      await api('POST /api/folders', { uid, title: uid }, second);
    }
    await api('POST /api/admin/users', { name: 'Ben', login: 'ben', email: 'ben@example.com', password: 'password' });
    await api(`POST /api/orgs/${second}/users`, { loginOrEmail: 'ben', role: 'Editor' });
    const full = /^snapshot (\S+) is complete/m.exec((await dashkeep(['backup'])).out)?.[1] ?? '';
    const third = how === 'deleted' ? undefined : Number((await api('POST /api/orgs', { name: 'Third' }))['orgId']);
    await api(`DELETE /api/orgs/${second}`);
    if (third !== undefined) {
      await api(`PUT /api/orgs/${third}`, { name: 'Second' });
    }
    const { exit, out } = await dashkeep(['backup']);
    expect(exit).toBe(3);
    const command = `dashkeep restore ${full} --everything`;
    expect(out).toContain(`leaves out organizations that no longer exist under their IDs (${second})`);
    // Nothing that is still there is overwritten.
    expect(out).toContain(`${command} as a server admin`);
    const plan = await dashkeep(['restore', full, '--everything']);
    const confirm = /--confirm '([^']+)'/.exec(plan.out)?.[1];
    const applied = [
      'restore',
      full,
      '--everything',
      '--apply',
      ...(confirm === undefined ? [] : ['--confirm', confirm]),
    ];
    expect((await dashkeep(applied)).exit).toBe(0);
    const orgs = [...grafana().state.orgs.values()].filter(({ name }) => name === 'Second');
    expect(orgs.map(({ folders }) => [...folders.keys()].toSorted())).toEqual([['a', 'b', 'c', 'd', 'e', 'f']]);
    // The account still exists, and is a member again; someone decided on the members of the other organization.
    expect([...orgs[0]!.members.values()].includes('Editor')).toBe(how === 'deleted');
    expect((await dashkeep(['backup'])).exit).toBe(0);
  },
);

it('does not call an organization gone that a token does not reach', async () => {
  const second = Number((await api('POST /api/orgs', { name: 'Second' }))['orgId']);
  for (const uid of ['a', 'b', 'c', 'd', 'e', 'f']) {
    await api('POST /api/folders', { uid, title: uid }, second);
  }
  await dashkeep(['backup']);
  const token = grafana().token({ role: 'Admin' });
  const { exit, out } = await dashkeep(['backup', '--orgs', 'all'], { GRAFANA_API_TOKEN: token });
  expect(exit).toBe(3);
  expect(out).toContain('may still be in Grafana');
  expect(out).not.toContain('no longer exist');
});
