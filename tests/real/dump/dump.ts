import { eachOf, type Grafana } from '../grafana.ts';
import { dumpAlertRules, dumpNotifications, dumpSilences } from './alerting.ts';
import { dumpDashboards, dumpFolders, dumpLibraryPanels } from './content.ts';
import { type Dump, Entries } from './entries.ts';
import { dumpAnnotations, dumpDashboardSnapshots, dumpDataSources, dumpPlaylists, dumpPreferences } from './extras.ts';
import { dumpServiceAccounts, dumpTeams, dumpUsers, readOrgs } from './people.ts';

/** Reads everything of a Grafana through its API, without any code of the product. */
export async function dump(grafana: Grafana): Promise<Dump> {
  const orgs = await readOrgs(grafana);
  const server = new Entries('server');
  for (const name of orgs.values()) {
    server.add('org', name, {});
  }
  await dumpUsers(grafana, orgs, server);
  const found = { ...server.found };
  for (const [org, name] of orgs) {
    Object.assign(found, await dumpOrg(grafana.in(org), name));
  }
  return found;
}

/** What one organization holds. */
export async function dumpOrg(grafana: Grafana, name: string): Promise<Dump> {
  const served = await grafana.served();
  const entries = new Entries(name);
  const parts = [
    () => dumpTeams(grafana, entries),
    () => dumpServiceAccounts(grafana, entries),
    () => dumpDataSources(grafana, entries),
    () => dumpFolders(grafana, entries),
    () => dumpLibraryPanels(grafana, entries),
    () => dumpDashboards(grafana, served, entries),
    () => dumpPlaylists(grafana, served, entries),
    () => dumpNotifications(grafana, served, entries),
    () => dumpAlertRules(grafana, entries),
    () => dumpSilences(grafana, entries),
    () => dumpAnnotations(grafana, entries),
    () => dumpDashboardSnapshots(grafana, entries),
    () => dumpPreferences(grafana, entries),
  ];
  await eachOf(parts, (part) => part());
  return entries.found;
}
