import { json, type BackupReport, type Journey } from '../journey.ts';

/** How the product calls what the dump calls otherwise. */
const KINDS: Record<string, string> = {
  org: 'org',
  user: 'user',
  team: 'team',
  'service-account': 'service-account',
  'data-source': 'data-source',
  correlation: 'correlation',
  folder: 'folder',
  'library-panel': 'library-panel',
  dashboard: 'dashboard',
  'public-dashboard': 'public-dashboard',
  playlist: 'playlist',
  'notification-template': 'notification-template',
  'mute-timing': 'mute-timing',
  'inhibition-rule': 'inhibition-rule',
  silence: 'silence',
  annotation: 'annotation',
  'dashboard-snapshot': 'dashboard-snapshot',
};

export const backup: Journey = {
  name: 'backup',
  title: 'A backup is complete, and holds what an independent dump finds',
  async run(stage) {
    const { report, dump, ran } = await stage.snapshot();
    stage.checkExit(`backup, ${stage.proxy.requests} requests`, ran);
    stage.refusals('backup');
    stage.check('the snapshot is complete', report.status === 'complete', [
      report.status,
      ...report.errors.map(({ kind, uid, reason }) => `${kind} ${uid}: ${reason}`),
    ]);
    const found = Object.keys(dump).map((entry) => entry.split('/')[1]);
    const wrong = Object.entries(KINDS).flatMap(([kind, dumped]) => {
      const stored = report.kinds[kind];
      const expected = found.filter((one) => one === dumped).length;
      const held = (stored?.stored ?? 0) + (stored?.reused ?? 0);
      return held === expected ? [] : [`${kind}: ${held} in the snapshot, ${expected} in Grafana`];
    });
    stage.check('it holds as many of each kind as there are', wrong.length === 0, wrong);
  },
};

export const backupAgain: Journey = {
  name: 'backup-again',
  title: 'A second backup stores nothing new',
  async run(stage) {
    await stage.snapshot();
    stage.proxy.clear();
    const ran = await stage.product.run(['backup', '--json']);
    stage.checkExit(`backup, ${stage.proxy.requests} requests`, ran);
    const { kinds } = json<BackupReport>(ran);
    const stored = Object.entries(kinds).filter(([, report]) => report.stored > 0);
    stage.check(
      'nothing is stored again',
      stored.length === 0,
      stored.map(([kind, report]) => `${kind}: ${report.stored} of ${report.listed} stored again`),
    );
  },
};

interface Named {
  kind: string;
  uid: string;
  title?: string;
}

export const compareLive: Journey = {
  name: 'compare-live',
  title: 'Nothing differs between the snapshot and Grafana',
  async run(stage) {
    const { id } = await stage.snapshot();
    stage.proxy.clear();
    const ran = await stage.product.run(['diff', id, 'live', '--json']);
    stage.checkExit('diff', ran);
    stage.check('it writes nothing', stage.proxy.writes.length === 0, stage.proxy.writes);
    const changes = Object.entries(json<Record<string, unknown>>(ran)).flatMap(([how, list]) =>
      Array.isArray(list) ? (list as Named[]).map(({ kind, uid }) => `${how}: ${kind} ${uid}`) : [],
    );
    stage.check('there is no difference', changes.length === 0, changes);
  },
};

export const verify: Journey = {
  name: 'verify',
  title: 'Every object of the repository is there and as it was',
  async run(stage) {
    await stage.snapshot();
    const ran = await stage.product.run(['verify', '--read-data', '--json']);
    stage.checkExit('verify', ran);
    const { problems } = json<{ problems: { reason: string }[] }>(ran);
    stage.check(
      'there is no problem',
      problems.length === 0,
      problems.map(({ reason }) => reason),
    );
  },
};
