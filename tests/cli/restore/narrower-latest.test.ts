import { expect, it } from 'vitest';
import { ADMIN, installation } from './harness.ts';

const { dashkeep, api } = installation();

it('a latest snapshot made with a token neither hides nor pushes out the last one with users', async () => {
  const account = await api('POST /api/serviceaccounts', { name: 'cron', role: 'Admin' });
  const { key } = await api(`POST /api/serviceaccounts/${String(account['id'])}/tokens`, { name: 'cron' });
  await api('POST /api/orgs', { name: 'Second' });
  await api('POST /api/folders', { uid: 'kept', title: 'Kept' });
  const byToken = { GRAFANA_API_TOKEN: String(key) };
  const backUp = async (credentials: Record<string, string>): Promise<string> =>
    /^snapshot (\S+) is complete/m.exec((await dashkeep(['backup'], credentials)).out)?.[1] ?? '';
  await backUp(byToken);
  const wide = await backUp(ADMIN);
  // The same reach as the first one, so nothing counts as lost.
  const latest = await backUp(byToken);

  const warning = `the latest snapshot ${latest} covers less than the earlier one ${wide}; not included: org 2, org, user`;
  expect((await dashkeep(['restore', 'latest', '--everything'])).out).toContain(`warning: ${warning}`);
  await expect(dashkeep(['restore', 'latest', '--everything', '--apply'])).rejects.toThrow(warning);
  expect((await dashkeep(['restore', 'latest'], byToken)).out).toContain(`warning: ${warning}`);
  // What is named is in it.
  expect((await dashkeep(['restore', 'latest', '--folder', 'kept'], byToken)).out).not.toContain(warning);

  const { json } = await dashkeep(['forget', '--keep-last', '1', '--json']);
  expect(json.kept.map(({ id }: { id: string }) => id)).toEqual([latest, wide]);
});
