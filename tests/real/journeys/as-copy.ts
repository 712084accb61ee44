import { compare, line } from '../dump/compare.ts';
import type { Dump } from '../dump/entries.ts';
import type { Journey } from '../journey.ts';

/** The entries that were there before, as they are now. */
function common(before: Dump, after: Dump): Dump {
  return Object.fromEntries(Object.entries(after).filter(([entry]) => entry in before));
}

export const asCopy: Journey = {
  name: 'as-copy',
  title: 'A copy of a folder beside the original changes nothing else, and its alert rules are paused',
  async run(stage) {
    const { id } = await stage.snapshot();
    const before = await stage.dump();
    const args = [id, '--folder', 'real-shop', '--as-copy', '--into-folder', 'real-empty', '--copy-suffix', ' (copy)'];
    const report = await stage.restore('copy', [...args, '--orgs', '1']);
    const after = await stage.dump();
    // The originals are used by one dashboard more.
    const connected = [{ kind: 'library-panel', field: /^connectedDashboards$/, why: 'copies use it too' }];
    stage.checkEqual('the originals are as before', before, common(before, after), connected);
    const added = Object.entries(after).filter(([entry]) => !(entry in before));
    const kinds = new Set(added.map(([entry]) => entry.split('/')[1]));
    const missing = ['folder', 'dashboard', 'alert-rule'].filter((kind) => !kinds.has(kind));
    stage.check('folders, dashboards and alert rules are copied', missing.length === 0, missing);
    const firing = added.filter(([entry, body]) => {
      const { isPaused } = body as { isPaused?: boolean };
      return entry.split('/')[1] === 'alert-rule' && isPaused !== true;
    });
    stage.check(
      'every copied alert rule is paused',
      firing.length === 0,
      firing.map(([entry]) => entry),
    );
    await stage.undo('undo', report);
    stage.checkEqual('undone, no copy is left', before, await stage.dump());
  },
};

export const intoOrg: Journey = {
  name: 'into-org',
  title: 'A copy into the other organization leaves the first alone',
  async run(stage) {
    const { id } = await stage.snapshot();
    const second = await secondOrg(stage.grafana);
    const before = await stage.dump();
    // Up to Grafana 11 a title is there once in each folder.
    const to = ['--as-copy', '--into-org', String(second), '--copy-suffix', ' (copy)'];
    const args = [id, '--folder', 'real-checkout', ...to];
    const report = await stage.restore('copy', [...args, '--orgs', '1']);
    const after = await stage.dump();
    const elsewhere = compare(before, after).filter(({ entry }) => entry.startsWith('Main Org./'));
    stage.check('the main organization is as before', elsewhere.length === 0, elsewhere.map(line));
    stage.checkEqual('what was in the second is as before', before, common(before, after), [
      { kind: 'library-panel', field: /^connectedDashboards$/, why: 'copies use it too' },
    ]);
    await stage.undo('undo', report);
    stage.checkEqual('undone, no copy is left', before, await stage.dump());
  },
};

/** The id of the second organization. */
export async function secondOrg(grafana: { get<T>(path: string): Promise<T> }): Promise<number> {
  const orgs = await grafana.get<{ id: number }[]>('/api/orgs?perpage=1000');
  return orgs.find(({ id }) => id !== 1)?.id ?? 0;
}
