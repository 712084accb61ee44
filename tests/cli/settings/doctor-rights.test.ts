import { afterEach, expect, it } from 'vitest';
import type { BackupReport } from '../../../pkg/contract/coverage.ts';
import type { ProfileName } from '../../support/grafana/profiles/profiles.ts';
import { runMain } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

let grafana: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;

afterEach(async () => {
  await grafana.close();
  await directory.remove();
});

/** Kinds that a viewer's token cannot read: as the doctor says, and as a backup finds. */
async function unreadByViewer(profile: ProfileName): Promise<{ named: string[]; found: string[] }> {
  grafana = await startGrafana({ profile });
  directory = await memoryDirectory();
  const given = {
    ...{ GRAFANA_URL: grafana.url, DASHKEEP_KUBERNETES: 'off', GRAFANA_API_TOKEN: grafana.token({ role: 'Viewer' }) },
    ...{ DASHKEEP_STATE_DIR: `${directory.path}/state`, DASHKEEP_TARGET: `file://${directory.path}/repository` },
  };
  const report = (await runMain(['backup', '--json'], given)).json as BackupReport | undefined;
  const found = (report?.errors ?? []).flatMap(({ kind, uid }) => (uid === '' ? [kind] : []));
  const { out } = await runMain(['doctor'], given);
  const [, listed = ''] = /rights: .*; cannot be read: (.*)/.exec(out) ?? [];
  const named = [...listed.matchAll(/(?:^|; )([a-z-]+) \(/g)].map(([, kind = '']) => kind);
  return { named: named.sort(), found: [...new Set<string>(found)].sort() };
}

it('names the kinds that a backup cannot read, and no others', async () => {
  const { named, found } = await unreadByViewer('12.4');
  expect(found).toContain('alert-rule-group');
  expect(named).toEqual(found);
});

it('names the notifications that Grafana 10 shows to no viewer', async () => {
  const { named } = await unreadByViewer('10.4');
  expect(named).toEqual(expect.arrayContaining(['contact-point', 'mute-timing', 'notification-policy']));
});
