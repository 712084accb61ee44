import type { FakeService } from '../../support/preview/fake/service.ts';
import { boardOf, CONTENT } from './content.ts';
import { GRAFANA_URL } from './fixtures.ts';
import { test as onService } from './journey.ts';
import { test as madeUp } from './madeUp.ts';

/** What there is to see. */
export interface World {
  folder: string;
  /** A dashboard that is as it was, and one that was changed since, in a way that shows. */
  board: { uid: string; title: string };
  changed: { uid: string; title: string; now: string };
  snapshot: string;
  partialSnapshot?: string;
  failedRun?: string;
}

/** What the made-up service has. */
function madeUpWorld({ state: { snapshots, runs } }: FakeService): World {
  return {
    folder: 'payments',
    board: { uid: 'checkout-latency', title: 'Checkout latency' },
    changed: { uid: 'capacity', title: 'Capacity', now: 'Capacity (being edited)' },
    snapshot: snapshots[0]?.id ?? '',
    partialSnapshot: snapshots.find((row) => row.status === 'partial')?.id,
    failedRun: runs.find((run) => run.status === 'failed')?.id,
  };
}

const onMadeUp = madeUp.extend<{ world: World }>({
  world: async ({ service }, use) => use(madeUpWorld(service)),
});

const realWorld = onService.extend<{ world: World }>({
  world: async ({ backup, admin }, use) => {
    const { board, folder } = CONTENT;
    const { dashboard, meta } = await boardOf(admin);
    const panels = dashboard.panels.map((panel, index) => (index === 0 ? { ...panel, title: 'Being edited' } : panel));
    await admin('POST', '/api/dashboards/db', {
      dashboard: { ...dashboard, panels },
      folderUid: meta.folderUid,
      overwrite: true,
    });
    await use({ folder: folder.uid, board, changed: { ...board, now: 'Being edited' }, snapshot: backup });
  },
});

/** The same pages on what is made up for them, and on what a real Grafana has. */
export const test = (GRAFANA_URL === undefined ? onMadeUp : realWorld) as typeof onMadeUp;
