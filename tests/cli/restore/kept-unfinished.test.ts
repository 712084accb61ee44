import { expect, it } from 'vitest';
import { installation } from './harness.ts';

const { grafana, dashkeep, api } = installation();
const cli = (args: string[], ports = {}): ReturnType<typeof dashkeep> =>
  dashkeep(args, { GRAFANA_API_TOKEN: grafana().token() }, ports);

it('the end of a restore names permissions that it keeps although an interrupted one had begun them', async () => {
  await api('POST /api/folders', { uid: 'top', title: 'Top' });
  await cli(['backup', '--kinds', 'folder,folder-permissions']);
  await api('DELETE /api/folders/top');
  const stop = new AbortController();
  const action = { kind: 'abandoned', run: () => stop.abort(new Error('interrupted')) } as const;
  grafana().setFaults({ match: /^POST .*\/folders(\?|$)/, action, times: 1 });
  await cli(['restore', 'latest', '--apply'], { signal: stop.signal }).catch(() => undefined);
  grafana().setFaults();
  await api('POST /api/folders/top/permissions', { items: [{ role: 'Viewer', permission: 2 }] });
  const finished = await cli(['restore', 'latest', '--apply']);
  expect(finished.exit).toBe(3);
  const [, end = ''] = finished.out.split('Nothing to write.');
  expect(end).toContain('not restored: folder-permissions top: an interrupted restore created its folder');
  const command = /^Conflicts: 1 resource not written. To overwrite: dashkeep (.+)$/m.exec(end)?.[1] ?? '';
  expect(command).toMatch(/--orgs 1 --only folder-permissions\/top --overwrite --apply$/);
  const words = command.split(' ');
  const overwritten = await cli([...words, '--confirm', '1 security change']);
  expect(overwritten).toMatchObject({ exit: 0, out: expect.stringContaining('1 of 1 done and verified.') });
  expect(await cli(['restore', 'latest', '--apply'])).toMatchObject({ exit: 0 });
});
