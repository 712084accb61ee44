import { generateIdentity, identityToRecipient } from 'age-encryption';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { runMain } from '../support/cli.ts';
import { temporaryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';

/** Somebody who was a recipient once, and still has the identity and may read the bucket. */
let grafana: Simulator;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
const [eve, owner] = [await generateIdentity(), await generateIdentity()];
const target = (): { DASHKEEP_TARGET: string } => ({ DASHKEEP_TARGET: `file://${directory.path}/repository` });

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4', searchDelayMs: 0 });
  directory = await temporaryDirectory();
});
afterEach(async () => {
  await grafana.close();
  await directory.remove();
});

/** A machine that can write, and has no identity. */
async function backup(...identities: string[]): ReturnType<typeof runMain> {
  return runMain(['backup', '--json'], {
    ...machine(),
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token({ role: 'Admin' }),
    DASHKEEP_AGE_RECIPIENTS: (await Promise.all(identities.map(identityToRecipient))).join(','),
  });
}
const machine = (): Record<string, string> => ({ ...target(), DASHKEEP_STATE_DIR: `${directory.path}/state` });
const shown = (snapshot: string, identity: string): ReturnType<typeof runMain> =>
  runMain(['show', snapshot, '--json'], {
    ...target(),
    DASHKEEP_STATE_DIR: `${directory.path}/elsewhere`,
    DASHKEEP_AGE_IDENTITY: identity,
  });

it('cannot open what is backed up afterwards, not even the titles', async () => {
  const first = await backup(eve);
  await call(grafana, 'admin:admin', 'POST /api/dashboards/db', {
    dashboard: { uid: 'd', title: 'Payroll', panels: [] },
  });
  const second = await backup(owner);
  expect(second.error).toContain('an age recipient was removed');
  expect((await shown(second.json.snapshot, eve)).out).not.toContain('Payroll');
  expect((await shown(second.json.snapshot, owner)).out).toContain('Payroll');
  // The machine itself still knows its history.
  const listed = await runMain(['snapshots', '--json'], machine());
  expect(listed.json.snapshots.map(({ id }: { id: string }) => id)).toEqual([
    second.json.snapshot,
    first.json.snapshot,
  ]);
  // And keeps the new key.
  const third = await backup(owner);
  expect(third.error).toBe('');
  expect(third.json.kinds.dashboard).toMatchObject({ stored: 0 });
});

it('costs nothing when one is added', async () => {
  await backup(owner);
  const { json, error } = await backup(owner, eve);
  expect(error).not.toContain('removed');
  expect(json.kinds.dashboard).toMatchObject({ stored: 0 });
});
