import { expect, it } from 'vitest';
import { planEverything } from '../../pkg/engine/restore/everything/plan.ts';
import { reasons } from './harness.ts';
import { bench, burned, everything, people, setUp } from './burned.ts';

setUp();

it('adds existing accounts to the organizations that it creates, and changes nothing else about them', async () => {
  const manifest = await burned({ profile: '12.4' });
  for (const login of ['ann', 'bob', 'cyd']) {
    const given = { login, email: `${login}@elsewhere.example`, name: `${login} of here`, password: 'secret' };
    await bench.api('POST /api/admin/users', given);
  }
  const plan = await planEverything(await bench.request({ manifest }));
  expect(reasons(plan, 'update')).toMatchObject({
    'user/ann': 'becomes a member of the organizations that the restore creates; everything else is kept as it is',
  });
  const ann = plan.items.find(({ kind, uid }) => kind === 'user' && uid === 'ann');
  expect(ann?.security.map(({ code, params }) => [code, params['org'], params['after']])).toEqual([
    ['org-role', 'Second', 'Viewer'],
  ]);
  const { results } = await everything({ manifest });
  expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
  expect(people()).toEqual({
    admin: { Acme: 'Admin', Second: 'Viewer' },
    ann: { Acme: 'Viewer', Second: 'Viewer' },
    bob: { Acme: 'Viewer', Second: 'Admin' },
    cyd: { Acme: 'Viewer', Second: 'Viewer' },
    dan: {},
  });
  const live = [...bench.sim.state.users.values()].find(({ login }) => login === 'ann');
  expect(live).toMatchObject({ email: 'ann@elsewhere.example', name: 'ann of here' });
});
