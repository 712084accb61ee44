import { describe, expect, it } from 'vitest';
import { currentLab, describeAttack, labHooks, type Lab } from './support/plan-attack.ts';

const BOARD = { uid: 'board', title: 'Board', schemaVersion: 39, panels: [] };
const save = ({ api }: Lab) => api('POST /api/dashboards/db', { dashboard: BOARD });
const share = ({ api }: Lab) =>
  api('POST /api/snapshots', { key: 'leak', name: 'Leak', dashboard: { ...BOARD, snapshotData: 'secret' } });
const revoke = ({ api }: Lab) => api('DELETE /api/snapshots/leak');

/** What someone without an account gets, who has kept the link. */
const seenByAnyone = async ({ grafana }: Lab): Promise<number> =>
  (await fetch(`${grafana.url}/api/snapshots/leak`)).status;

const published = { code: 'public', params: { field: 'snapshot', after: 'yes' } };

describeAttack('a dashboard snapshot that was deleted so that no one sees it any more', {
  always: 'service',
  async seed(lab) {
    await save(lab);
    await share(lab);
    expect(await seenByAnyone(lab)).toBe(200);
  },
  forge: async () => undefined,
  heal: revoke,
  target: { kind: 'dashboard-snapshot', uid: 'leak' },
  state: seenByAnyone,
  says: [published],
});

describe('a restore of everything', () => {
  labHooks();

  it('publishes no deleted dashboard snapshot unnoticed', async () => {
    const lab = currentLab();
    await save(lab);
    await share(lab);
    await lab.dashkeep(['backup', '--orgs', 'all']);
    await revoke(lab);
    await expect(lab.dashkeep(['restore', 'latest', '--apply'])).rejects.toMatchObject({ code: 'DK_CONFIRMATION' });
    expect(await seenByAnyone(lab)).toBe(404);
  });

  it('publishes none unnoticed together with the dashboard that its author named in it', async () => {
    const lab = currentLab();
    await save(lab);
    await share(lab);
    await lab.dashkeep(['backup', '--orgs', 'all']);
    await revoke(lab);
    await lab.api('DELETE /api/dashboards/uid/board');
    await expect(lab.dashkeep(['restore', 'latest', '--apply'])).rejects.toMatchObject({ code: 'DK_CONFIRMATION' });
    expect(await seenByAnyone(lab)).toBe(404);
  });
});
