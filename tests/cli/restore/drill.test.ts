import { expect, it } from 'vitest';
import { installation } from './harness.ts';

const { dashkeep, api } = installation();

it('names the organization of what a restore test leaves out, if there are several', async () => {
  const robot = { name: 'robot', role: 'Viewer' };
  await api('POST /api/serviceaccounts', robot);
  await dashkeep(['backup']);
  expect((await dashkeep(['drill'])).out).toContain(
    'left out: service-account (1): a restore test creates no accounts',
  );
  const second = Number((await api('POST /api/orgs', { name: 'Second' }))['orgId']);
  await api('POST /api/serviceaccounts', robot, second);
  await dashkeep(['backup']);
  const { out } = await dashkeep(['drill']);
  expect(out).toMatch(/Restored exactly: (\d+) of \1 resources in [^ ]+\. Not tested: [1-9]\d*\./);
  for (const org of [1, second]) {
    expect(out).toContain(`left out: service-account (1), organization ${org}: a restore test creates no accounts`);
  }
  expect(out).toContain('left out: org (2): belongs to the whole server');
});
