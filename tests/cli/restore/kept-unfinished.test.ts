import { afterEach, beforeEach, expect, it } from 'vitest';
import { call } from '../../simulator/http.ts';
import { runCli, type Ended } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

let grafana: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  directory = await memoryDirectory();
});
afterEach(async () => {
  await grafana.close();
  await directory.remove();
});

const api = (route: string, body?: unknown) => call(grafana, 'admin:admin', route, body);
const cli = (args: string[], signal?: AbortSignal): Promise<Ended> =>
  runCli(
    [...args, '--target', `file://${directory.path}/repository`, '--state-dir', `${directory.path}/state`],
    { GRAFANA_URL: grafana.url, GRAFANA_API_TOKEN: grafana.token() },
    signal === undefined ? {} : { signal },
  );

it('the end of a restore names permissions that it keeps although an interrupted one had begun them', async () => {
  await api('POST /api/folders', { uid: 'top', title: 'Top' });
  await cli(['backup', '--kinds', 'folder,folder-permissions']);
  await api('DELETE /api/folders/top');
  const stop = new AbortController();
  const action = { kind: 'abandoned', run: () => stop.abort(new Error('interrupted')) } as const;
  grafana.setFaults({ match: /^POST .*\/folders(\?|$)/, action, times: 1 });
  await cli(['restore', 'latest', '--apply'], stop.signal).catch(() => undefined);
  grafana.setFaults();
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
