import { execFile } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { CLOUDS, CLOUDS_INSTALLED } from '../../support/clouds/servers.ts';
import { temporaryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import { program } from '../../support/program.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) {
    await close();
  }
});

interface Ended {
  exit: number;
  out: string;
}

describe.skipIf(!CLOUDS_INSTALLED)('the built program', () => {
  it.each(CLOUDS)('backs up to %s and restores into an empty Grafana', async (_, start) => {
    const server = await start();
    closing.push(() => server.close());
    const grafana = await startGrafana({ profile: '13.2' });
    closing.push(() => grafana.close());
    const { path, remove } = await temporaryDirectory();
    closing.push(remove);
    const file = await program();
    const dashkeep = (...args: string[]): Promise<Ended> => {
      const env = {
        ...{ PATH: process.env['PATH'], HOME: path, DASHKEEP_STATE_DIR: `${path}/state` },
        ...{ GRAFANA_URL: grafana.url, GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' },
        ...{ DASHKEEP_TARGET: `${server.target}/grafana`, ...server.environment },
      };
      return new Promise((resolve) => {
        execFile(process.execPath, [file, ...args], { env }, (error, out, said) => {
          if (process.env['DASHKEEP_TEST_BUDGET_SHOW'] !== undefined) {
            console.log(`$ dashkeep ${args.join(' ')}\n${out}${said}`);
          }
          resolve({ exit: error === null ? 0 : Number(error.code), out });
        });
      });
    };
    grafana.seedDashboards({ count: 30, folders: 3 });

    const backup = await dashkeep('backup', '--json');
    expect(backup.exit).toBe(0);
    expect(JSON.parse(backup.out)).toMatchObject({
      status: 'complete',
      kinds: { dashboard: { listed: 31, stored: 31 } },
    });
    expect((await dashkeep('backup')).exit).toBe(0);
    expect(JSON.parse((await dashkeep('snapshots', '--json')).out)).toMatchObject({ snapshots: [{}, {}] });
    expect((await dashkeep('verify', '--read-data')).exit).toBe(0);
    expect((await dashkeep('doctor')).out).toMatch(/ok +target/);

    grafana.wipe();
    const restore = await dashkeep('restore', 'latest', '--everything', '--overwrite', '--apply');
    expect(restore.exit).toBe(0);
    const again = await dashkeep('backup', '--json');
    expect(JSON.parse(again.out)).toMatchObject({ status: 'complete', kinds: { dashboard: { listed: 31 } } });
    expect((await dashkeep('forget', '--keep-last', '1')).exit).toBe(0);
    expect((await dashkeep('prune')).exit).toBe(0);
    expect((await dashkeep('verify', '--read-data')).exit).toBe(0);
  });
});
