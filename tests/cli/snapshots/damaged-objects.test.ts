import { appendFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCli, type Ended } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

let grafana: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;
let environment: Record<string, string>;

const run = (...args: string[]): Promise<Ended> => runCli(args, environment);

beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  grafana.seedDashboards({ count: 2, folders: 1 });
  directory = await memoryDirectory();
  environment = {
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token(),
    DASHKEEP_TARGET: `file://${directory.path}/repository`,
    DASHKEEP_STATE_DIR: join(directory.path, 'state'),
  };
});
afterEach(async () => {
  await grafana.close();
  await directory.remove();
});

it('the advice for a damaged object repairs it', async () => {
  await run('backup', '--kinds', 'folder,dashboard');
  const objects = join(directory.path, 'repository', 'objects');
  const [object] = (await readdir(objects, { recursive: true })).filter((name) => name.endsWith('.gz'));
  await appendFile(join(objects, object!), 'x');

  const found = await run('verify', '--read-data');
  expect(found).toMatchObject({ exit: 4, out: expect.stringContaining('Try `dashkeep repair --read-data`.') });
  const missingOnly = await run('repair');
  expect(missingOnly.out).toContain(
    '0 repaired. Contents were not read: to also find damaged objects, add --read-data.',
  );

  const { exit, out } = await run('repair', '--read-data');
  expect({ exit, out }).toEqual({ exit: 0, out: '1 repaired, 0 still damaged.\n' });
  expect((await run('verify', '--read-data')).exit).toBe(0);
});
