import type { ManifestEntry } from '../../../contract/manifest.ts';
import type { SecurityChange } from '../../../contract/plan.ts';
import { gainsBetween, type Grant, type Grants } from '../../../grafana/kinds/access/permissions/grants.ts';
import { membersIn } from '../../../grafana/kinds/access/team/members.ts';
import { isSameName } from '../../../grafana/accounts.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import { securityChange } from '../../../grafana/kinds/security/change.ts';
import { RecentValues } from '../../../lib/recent-values.ts';
import { keyOf, targetOf } from '../target.ts';
import type { PlannedItem } from '../types.ts';
import { NO_GRANTS } from './access.ts';
import type { LiveAccess } from './live-access.ts';
import type { StoredGrants } from './stored-access.ts';

/** Members of a team that are named; of more it says the number. */
const NAMED = 5;

/** What a look at teams needs to know. */
interface Sources {
  /** The entries of the teams of the snapshot, by key. */
  teams: ReadonlyMap<string, ManifestEntry>;
  /** What the plan writes, by key at the target. */
  written: ReadonlyMap<string, PlannedItem>;
  stored: StoredGrants;
  /** Teams of the snapshot that others stand in for, by name. */
  standIns: ReadonlyMap<string, string> | undefined;
  /** Whether the snapshot is of another Grafana, which counts up the same IDs. */
  isElsewhere: boolean;
  liveOf(org: number): LiveAccess;
}

/**
 * Teams of a snapshot whose name another team has by now, or that another one stands in for. Permissions name teams by
 * their names, and anyone who may create teams can give one the name of a team that was deleted.
 */
export class ReplacedTeams {
  readonly #sources: Sources;
  readonly #found = new RecentValues<Promise<readonly string[]>>();

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  /**
   * Who would get what a team of the snapshot had, and was not in it; empty where it is the same team, or no team has
   * that name, or the plan restores its members.
   */
  newMembers(from: number, to: number, name: string): Promise<readonly string[]> {
    return this.#found.use(`${from}/${to}/${name}`, () => this.#newMembers(from, to, name));
  }

  /** The grants without those of teams whose name another team has by now, if `given` names that team. */
  async without(grants: Grants, given: Grants, from: number, to: number): Promise<Grants> {
    const kept = new Map(grants);
    for (const [key, { subject, name }] of grants) {
      if (subject === 'team' && given.has(key) && (await this.newMembers(from, to, name)).length > 0) {
        kept.delete(key);
      }
    }
    return kept;
  }

  /** What permissions that are written give to other teams than those that the snapshot means. */
  async changes(item: PlannedItem, entry: ManifestEntry): Promise<SecurityChange[]> {
    const { org, uid } = targetOf(item);
    const teams = [...(await this.#sources.stored.of(entry)).values()].filter(({ subject }) => subject === 'team');
    const changes: SecurityChange[] = [];
    for (const grant of teams) {
      const members = await this.newMembers(entry.org, org, grant.name);
      if (members.length > 0 && (await this.#isGain(item, grant, org, uid))) {
        const more = members.length > NAMED ? ` (+${members.length - NAMED})` : '';
        const names = `${members.slice(0, NAMED).join(', ')}${more}`;
        changes.push(securityChange('team-replaced', { name: grant.name, after: grant.permission, members: names }));
      }
    }
    return changes;
  }

  async #isGain({ kind, action }: PlannedItem, grant: Grant, org: number, uid: string): Promise<boolean> {
    if (action === 'create' || (kind !== 'folder-permissions' && kind !== 'dashboard-permissions')) {
      return true;
    }
    const resource = kind === 'folder-permissions' ? 'folders' : 'dashboards';
    const live = (await this.#sources.liveOf(org).ownGrants(resource, uid)) ?? NO_GRANTS;
    return gainsBetween(live, new Map([[`team/${grant.name}`, grant]])).length > 0;
  }

  async #newMembers(from: number, to: number, name: string): Promise<readonly string[]> {
    const { teams, written, stored, standIns, isElsewhere, liveOf } = this.#sources;
    const named = [name, ...(standIns?.keys() ?? [])].filter((one) => (standIns?.get(one) ?? one) === name);
    const entries = [...new Set(named)].flatMap((uid) => teams.get(keyOf({ org: from, kind: 'team', uid })) ?? []);
    const isItself = entries.every(({ uid }) => uid === name);
    if (entries.length === 0 || (isItself && written.has(keyOf({ org: to, kind: 'team', uid: name })))) {
      return [];
    }
    const live = await liveOf(to).team(name);
    if (live === undefined || (isItself && !isElsewhere && entries.every((entry) => isSameTeam(entry, live)))) {
      return [];
    }
    const before = await Promise.all(entries.map(async (entry) => membersIn((await stored.contentOf(entry))?.body)));
    return membersIn(live.body)
      .map(({ login }) => login)
      .filter((login) => before.some((members) => !members.some((one) => isSameName(one.login, login))));
  }
}

/** Grafana counts ids up and makes uids up; with `/apis`, a uid can be chosen. */
function isSameTeam({ facts = {} }: ManifestEntry, { facts: live = {} }: Content): boolean {
  return facts['id'] !== undefined && facts['id'] === live['id'] && facts['uid'] === live['uid'];
}
