import { generateIdentity, identityToRecipient } from 'age-encryption';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runMain } from '../../support/cli.ts';
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
  await Promise.all([grafana.close(), directory.remove()]);
});

it('goes on backing up for the recipients after the state is lost, also where nobody there can read what was before', async () => {
  const identity = await generateIdentity();
  const environment = {
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token({ role: 'Admin' }),
    DASHKEEP_TARGET: `file://${directory.path}/repository`,
    DASHKEEP_STATE_DIR: `${directory.path}/state`,
    DASHKEEP_AGE_RECIPIENTS: await identityToRecipient(identity),
  };
  expect((await runMain(['backup'], environment)).exit).toBe(0);

  const lost = { ...environment, DASHKEEP_STATE_DIR: `${directory.path}/new-state` };
  const after = await runMain(['backup'], lost);

  expect(after.exit, after.error).toBe(0);
  expect(after.error).toContain('the local state has lost the key of this repository');
  expect(after.error).toContain('cannot be compared with earlier ones');
  const person = { ...lost, DASHKEEP_AGE_IDENTITY: identity };
  expect((await runMain(['show', 'latest'], person)).exit).toBe(0);

  expect(after.error).toContain('until `dashkeep repair --rewrap` runs with this state and an identity');
  expect((await runMain(['repair', '--rewrap'], person)).exit).toBe(0);
  const listed = await runMain(['snapshots', '--json'], lost);
  expect((JSON.parse(listed.out) as { snapshots: unknown[] }).snapshots).toHaveLength(2);
});
