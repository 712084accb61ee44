import { until, type Grafana } from '../grafana.ts';
import { fillAlertRules, fillSilences } from './alert-rules.ts';
import { fillDashboards, fillLibraryPanels } from './dashboards.ts';
import { fillDataSources } from './data-sources.ts';
import {
  fillAnnotations,
  fillDashboardSnapshots,
  fillPlaylists,
  fillPreferences,
  fillPublicDashboards,
} from './extras.ts';
import { fillFolders, fillPermissions } from './folders.ts';
import { fillNotifications } from './notifications.ts';
import { fillOrgs, fillPeople, fillSubjects, SECOND_ORG, type Ids } from './people.ts';

/** How long Grafana may take to make the Alertmanager of a new organization, in seconds. */
const ALERTMANAGER_SECONDS = 180;

/** Fills an empty Grafana with two organizations of everything that its API takes. */
export async function fill(grafana: Grafana, say: (line: string) => void): Promise<void> {
  const second = await fillOrgs(grafana);
  say('people');
  const people = await fillPeople(grafana, second);
  for (const [org, name, annotations] of [
    [1, 'Main Org.', 250],
    [second, SECOND_ORG, 40],
  ] as const) {
    say(`organization ${org}`);
    await fillOrg(grafana.in(org), name, people, annotations);
  }
}

async function fillOrg(grafana: Grafana, name: string, people: Ids, annotations: number): Promise<void> {
  const version = await grafana.version();
  const served = await grafana.served();
  const subjects = await fillSubjects(grafana, people);
  await fillDataSources(grafana);
  await fillFolders(grafana);
  await fillLibraryPanels(grafana);
  await fillDashboards(grafana, name, served);
  await fillPermissions(grafana, subjects);
  await fillPublicDashboards(grafana);
  await fillPlaylists(grafana, served);
  await fillAnnotations(grafana, annotations);
  await fillDashboardSnapshots(grafana);
  await fillPreferences(grafana);
  await alertmanager(grafana);
  await fillNotifications(grafana, served);
  await fillAlertRules(grafana, version);
  await fillSilences(grafana);
}

/** Waits for the Alertmanager of this organization. */
export async function alertmanager(grafana: Grafana): Promise<void> {
  await until(`the Alertmanager of org ${grafana.org}`, ALERTMANAGER_SECONDS, async () => {
    const policies = await grafana.ask('GET', '/api/v1/provisioning/policies');
    const silences = await grafana.ask('GET', '/api/alertmanager/grafana/api/v2/silences');
    return policies.status === 200 && silences.status === 200;
  });
}
