import { expect, it } from 'vitest';
import { installation } from './harness.ts';

const { dashkeep, api } = installation();

it('the table of a plan names the organization where there are several', async () => {
  await api('POST /api/orgs', { name: 'Second' });
  for (const org of [1, 2]) {
    await api('POST /api/folders', { uid: 'twin', title: 'T' }, org);
  }
  await dashkeep(['backup']);
  await api('DELETE /api/folders/twin', undefined, 2);
  expect((await dashkeep(['restore', 'latest'])).out).toMatch(/^create +2 +folder +twin/m);
  expect((await dashkeep(['restore', 'latest', '--folder', 'twin', '--orgs', '2'])).out).toMatch(/^create +folder/m);
});
