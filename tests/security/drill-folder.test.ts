import { setMaxListeners } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../pkg/contract/ports.ts';
import { drill, newestFull } from '../../pkg/engine/drill/drill.ts';
import type { DrillReport } from '../../pkg/engine/drill/report.ts';
import { RestoreBench } from '../restore/harness.ts';
import { newestOf } from '../support/grafana/profiles/tried.ts';

/** A Viewer waits for the restore test, which copies dashboards out of closed folders into its own folder. */
let bench: RestoreBench;
afterEach(() => bench.close());

const PREFIX = 'dashkeep-drill-';

async function company(profile: '11.6' | '12.4' | '13.2'): Promise<void> {
  bench = await RestoreBench.start({ profile, nestedFolders: true });
  await bench.api('POST /api/folders', { uid: 'salaries', title: 'Salaries' });
  await bench.api('POST /api/folders/salaries/permissions', { items: [] });
  const dashboard = { uid: 'board', title: 'Salaries', panels: [] };
  await bench.api('POST /api/dashboards/db', { dashboard, folderUid: 'salaries' });
  await bench.backup();
}

function runDrill(): Promise<DrillReport> {
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  return bench.asAccount(async (instance) => {
    const manifest = await newestFull(bench.repository, signal);
    const { repository, clock } = bench;
    return drill({ id: '20261124T150000Z-0badcafe', manifest, repository, instance, clock, log: silentLog, signal });
  });
}

/** Anyone but admins who is given a folder of the drill that has, or will have, anything in it. */
function givenTo(): string[] {
  const { folders } = bench.sim.state.org(1);
  return [...folders.values()]
    .filter(({ uid }) => uid.startsWith(PREFIX) && !uid.endsWith('-'))
    .flatMap(({ uid, acl }) => acl.map(({ role, userId, teamId }) => `${uid}: ${role ?? userId ?? teamId}`))
    .filter((one) => !one.endsWith(': Admin'));
}

describe.each(['11.6', ...newestOf('12.4', '13.2')] as const)(
  'the folder of a restore test on Grafana %s',
  (profile) => {
    it('is given to no one but admins at any time, and is gone afterwards', async () => {
      await company(profile);
      const seen: string[] = [];
      let looks = 0;
      const look = (): void => {
        looks += [...bench.sim.state.org(1).folders.keys()].some((uid) => uid.startsWith(PREFIX)) ? 1 : 0;
        seen.push(...givenTo());
      };
      bench.sim.setFaults({ match: /^(POST|PUT|PATCH|DELETE) /, action: { kind: 'after', run: look } });
      const report = await runDrill();
      bench.sim.setFaults();
      expect(report).toMatchObject({ scratch: { type: 'folder' }, removed: true, differs: [] });
      expect(report.verified).toBeGreaterThan(0);
      expect(looks).toBeGreaterThan(2);
      expect(seen).toEqual([]);
      expect([...bench.sim.state.org(1).folders.keys()]).toEqual(['salaries']);
    });

    it('gets no copies where others would see them', async () => {
      await company(profile);
      const { teamId } = (await bench.api('POST /api/teams', { name: 'Hers' })).body;
      const permit = (): void => {
        const ours = [...bench.sim.state.org(1).folders.values()].filter(({ uid }) => uid.startsWith(PREFIX));
        ours.forEach(({ acl }) => acl.push({ id: 4711, teamId: Number(teamId), permission: 1 }));
      };
      bench.sim.setFaults({ match: /^(POST|PUT) .*folders/, action: { kind: 'after', run: permit } });
      await expect(runDrill()).rejects.toMatchObject({ code: 'DK_GRAFANA_REFUSED' });
      bench.sim.setFaults();
      expect([...bench.sim.state.org(1).dashboards.keys()]).toEqual(['board']);
      expect([...bench.sim.state.org(1).folders.keys()]).toEqual(['salaries']);
    });
  },
);
