import type { Grafana } from '../grafana.ts';
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
  await dumpTeams(grafana, entries);
  await dumpServiceAccounts(grafana, entries);
  await dumpDataSources(grafana, entries);
  await dumpFolders(grafana, entries);
  await dumpLibraryPanels(grafana, entries);
  await dumpDashboards(grafana, served, entries);
  await dumpPlaylists(grafana, served, entries);
  await dumpNotifications(grafana, served, entries);
  await dumpAlertRules(grafana, entries);
  await dumpSilences(grafana, entries);
  await dumpAnnotations(grafana, entries);
  await dumpDashboardSnapshots(grafana, entries);
  await dumpPreferences(grafana, entries);
  return entries.found;
}
