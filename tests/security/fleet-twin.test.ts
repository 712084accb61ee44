import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLog } from '../../pkg/contract/ports.ts';
import { FleetView } from '../../pkg/service/fleet.ts';
import { runCli } from '../support/cli.ts';
import { temporaryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import { realClock, realRandomness } from '../support/ports.ts';

/** Two installations, and someone who can write to the place of both and has no key of either. */
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let trustedKeys: string[];

const path = (name: string): string => join(directory.path, 'fleet', name);
const at = (name: string): string => `file://${path(name)}`;

beforeEach(async () => {
  directory = await temporaryDirectory();
  const grafana = await startGrafana({ profile: '12.4' });
  grafana.seedDashboards({ count: 1, folders: 1 });
  trustedKeys = [];
  for (const name of ['berlin', 'paris']) {
    const environment = {
      GRAFANA_URL: grafana.url,
      GRAFANA_API_TOKEN: grafana.token(),
      DASHKEEP_ORGS: '1',
      DASHKEEP_TARGET: at(name),
      DASHKEEP_STATE_DIR: join(directory.path, name),
    };
    await runCli(['backup', '--kinds', 'folder,dashboard'], environment);
    const { json } = await runCli(['snapshots', '--json'], environment);
    trustedKeys.push(json.snapshots[0].signer);
  }
  await grafana.close();
});
afterEach(() => directory.remove());

function fleetView(): FleetView {
  const fleet = { targets: [at('*')], trustedKeys, storage: () => ({}), identities: async () => [] };
  const signal = new AbortController().signal;
  const ports = { clock: realClock, randomness: realRandomness, log: silentLog, signal };
  return new FleetView({ config: { fleet, ignoreClock: false }, ...ports });
}

async function states(view: FleetView): Promise<Record<string, string>> {
  const { installations } = await view.read();
  return Object.fromEntries(installations.map(({ target, state }) => [target.split('/').at(-1), state]));
}

const berlinInsteadOfParis = async (): Promise<void> => {
  await rm(path('paris'), { recursive: true });
  await cp(path('berlin'), path('paris'), { recursive: true });
};

it('does not take the snapshots of one installation for those of another', async () => {
  expect(await states(fleetView())).toEqual({ berlin: 'ok', paris: 'ok' });
  await berlinInsteadOfParis();
  expect((await states(fleetView())).paris).not.toBe('ok');
});

it('notices that a repository was replaced with that of another installation', async () => {
  const view = fleetView();
  await states(view);
  await berlinInsteadOfParis();
  expect((await states(view)).paris).toBe('unknown');
});

it('goes on to show an installation whose folder is gone', async () => {
  const view = fleetView();
  await states(view);
  await rm(path('paris'), { recursive: true });
  expect(await states(view)).toEqual({ berlin: 'ok', paris: 'unknown' });
});
