import type { Manifest } from '../../../contract/manifest.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import { teamContent } from '../../../grafana/kinds/access/team.ts';
import { userContent } from '../../../grafana/kinds/access/user.ts';
import { orgContent } from '../../../grafana/kinds/server/org.ts';
import { preferencesContent } from '../../../grafana/kinds/server/org-preferences.ts';
import { groupBy } from '../../../lib/group-by.ts';
import type { ImportedOrg } from '../organization.ts';
import { isIn, numberIn, objectIn, textIn, type OrgRows, type Row, type Tables } from './tables.ts';

/** Teams with their members, and preferences of the organization and its teams. */
export function addAccess({ org, rows }: OrgRows, tables: Tables): void {
  const users = new Map((tables.get('user') ?? []).map((row) => [numberIn(row, 'id'), row]));
  const members = groupBy(rows('team_member'), (row) => numberIn(row, 'team_id'));
  const teams = new Map<number, string>();
  for (const row of rows('team')) {
    const id = numberIn(row, 'id');
    const name = textIn(row, 'name');
    teams.set(id, name);
    const answer = {
      name,
      id,
      email: textIn(row, 'email'),
      uid: textIn(row, 'uid'),
      isProvisioned: isIn(row, 'is_provisioned'),
    };
    const its = (members.get(id) ?? []).flatMap((member) => {
      const user = users.get(numberIn(member, 'user_id'));
      const permission = numberIn(member, 'permission');
      return user === undefined ? [] : [{ login: textIn(user, 'login'), email: textIn(user, 'email'), permission }];
    });
    org.add('team', name, teamContent(answer, its));
  }
  const homes = new Map(rows('dashboard').map((row) => [numberIn(row, 'id'), textIn(row, 'uid')]));
  for (const row of rows('preferences').filter((one) => numberIn(one, 'user_id') === 0)) {
    const team = teams.get(numberIn(row, 'team_id'));
    if (team !== undefined || numberIn(row, 'team_id') === 0) {
      const uid = team === undefined ? 'org' : `team:${team}`;
      org.add('org-preferences', uid, preferencesContent(uid, preferencesOf(row, homes)));
    }
  }
}

function preferencesOf(row: Row, homes: ReadonlyMap<number, string>): ReturnType<typeof objectIn> {
  return {
    ...objectIn(row, 'json_data'),
    // Earlier releases have its numeric ID only.
    homeDashboardUID: textIn(row, 'home_dashboard_uid') || (homes.get(numberIn(row, 'home_dashboard_id')) ?? ''),
    theme: textIn(row, 'theme'),
    timezone: textIn(row, 'timezone'),
    weekStart: textIn(row, 'week_start'),
  };
}

/** Organizations and accounts of the whole server. Passwords are not read; service accounts are named. */
export function addAccounts(to: ImportedOrg, orgs: Manifest['orgs'], tables: Tables): void {
  for (const row of tables.get('org') ?? []) {
    const address = {
      address1: textIn(row, 'address1'),
      address2: textIn(row, 'address2'),
      city: textIn(row, 'city'),
      zipCode: textIn(row, 'zip_code'),
      state: textIn(row, 'state'),
      country: textIn(row, 'country'),
    };
    to.add('org', textIn(row, 'name'), orgContent({ id: numberIn(row, 'id'), name: textIn(row, 'name'), address }));
  }
  const names = new Map(orgs.map(({ id, name }) => [id, name]));
  const memberships = groupBy(tables.get('org_user') ?? [], (row) => numberIn(row, 'user_id'));
  const accounts = tables.get('user') ?? [];
  for (const row of accounts.filter((one) => !isIn(one, 'is_service_account'))) {
    const login = textIn(row, 'login');
    const answer = {
      login,
      email: textIn(row, 'email'),
      name: textIn(row, 'name'),
      isGrafanaAdmin: isIn(row, 'is_admin'),
      isDisabled: isIn(row, 'is_disabled'),
    };
    const its = (memberships.get(numberIn(row, 'id')) ?? []).map((one) => ({
      name: names.get(numberIn(one, 'org_id')) ?? '',
      role: textIn(one, 'role'),
    }));
    to.add('user', login, userContent(answer, its));
  }
  const services = accounts.filter((one) => isIn(one, 'is_service_account')).length;
  const others = [
    ['service-account', services],
    ['sso-settings', (tables.get('sso_setting') ?? []).length],
  ] as const;
  for (const [kind, count] of others.filter(([, of]) => of > 0)) {
    to.lacks(kind, '', reason('import-kind'), count);
  }
}
