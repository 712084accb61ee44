import { fill as fillWhole } from '../../tests/real/fill/fill.ts';
import { Grafana } from '../../tests/real/grafana.ts';
import { eachAtOnce } from '../tools/bare.ts';
import { benchUid } from './fill.ts';
import type { RealGrafana } from './grafana.ts';

const WRITES_AT_ONCE = 3;
/** Every eighth dashboard has its own permissions, as in a large Grafana that was looked at. */
const OWN_PERMISSIONS = 8;
const VIEW = 1;
const ADMIN = 4;
/** A dashboard of the whole organization that the tests on a real Grafana make: where it is, all was filled before. */
const MARK = 'real-root';

/**
 * Adds permissions to dashboards, and a whole organization of every other kind: that of the tests on a real Grafana,
 * with rules, contact points, teams, people, library panels, playlists and silences.
 */
export async function fillKinds(grafana: RealGrafana, dashboards: number): Promise<void> {
  const { status } = await grafana.ask('GET', `/api/dashboards/uid/${MARK}`);
  if (status === 200) {
    return;
  }
  await ownPermissions(grafana, dashboards);
  const { url, user, password } = grafana;
  await fillWhole(new Grafana({ url, user, password }), (line) => console.error(`filling ${line}`));
}

/** Gives every eighth dashboard permissions that differ from those of its folder. */
export async function ownPermissions(grafana: RealGrafana, dashboards: number): Promise<void> {
  const chosen = Array.from({ length: Math.ceil(dashboards / OWN_PERMISSIONS) }, (_, index) => index * OWN_PERMISSIONS);
  const items = [
    { role: 'Viewer', permission: VIEW },
    { role: 'Editor', permission: ADMIN },
  ];
  await eachAtOnce(WRITES_AT_ONCE, chosen, async (index) => {
    await grafana.call('POST', `/api/dashboards/uid/${benchUid(index)}/permissions`, JSON.stringify({ items }));
  });
}
