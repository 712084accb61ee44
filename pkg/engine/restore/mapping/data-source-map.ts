import type { DataSourceMatch } from '../../../contract/api/restores.ts';
import { DashkeepError } from '../../../contract/errors.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import { stringAt } from '../../../lib/json/json.ts';
import type { Manifest, ManifestEntry } from '../../../contract/manifest.ts';
import { isForbidden } from '../../../grafana/http/errors.ts';
import type { Org } from '../../../grafana/instance.ts';
import { kindOf } from '../../../grafana/kinds/registry.ts';
import { listDataSources } from '../../../grafana/kinds/data-sources/data-source/live.ts';
import { valueIf } from '../../../lib/expected-errors.ts';
import { sourceOf, storedContent } from '../content.ts';
import { writeContext } from '../context.ts';
import type { PlanRequest } from '../types.ts';
import { isKindComplete } from '../kind-completeness.ts';

interface LiveDataSource {
  uid: string;
  name: string;
  type: string;
}

/**
 * Finds the data sources of a snapshot in the orgs of the target: by an explicit choice, else by uid, else by name and
 * type. Where all get new uids, an equal uid means nothing. Found out once, before anything is planned, by reads.
 */
export class DataSourceMap {
  readonly #live: ReadonlyMap<number, LiveDataSource[]>;
  readonly #matches = new Map<string, DataSourceMatch>();
  readonly #used = new Set<string>();
  readonly #manifest: Manifest;
  readonly #newUids: boolean;
  /** Organizations whose data sources the credentials may not list. */
  readonly #unread = new Set<number>();

  private constructor(live: ReadonlyMap<number, LiveDataSource[]>, { manifest, options }: PlanRequest) {
    this.#live = live;
    this.#manifest = manifest;
    this.#newUids = options.newUids === true;
  }

  /** @throws DK_NOT_FOUND when a data source that was chosen is in none of the orgs. */
  static async make(request: PlanRequest, selected: readonly ManifestEntry[]): Promise<DataSourceMap> {
    const users = selected.filter(({ kind }) => kindOf(kind).declaration.scope === 'org');
    const targets = new Map(users.map((entry) => [entry.org, targetOf(request, entry)]));
    const live = new Map<number, LiveDataSource[]>();
    const unread: number[] = [];
    for (const org of request.instance.orgs.filter(({ id }) => [...targets.values()].includes(id))) {
      // Without seeing them, no choice can be followed, and elsewhere another one may have the same UID.
      const { dataSources, newUids } = request.options;
      const isNeeded = request.source !== undefined || newUids === true || (dataSources?.size ?? 0) > 0;
      const isHidden = (error: unknown): boolean => !isNeeded && isForbidden(error);
      const found = await liveIn(request, org).catch(valueIf(isHidden, undefined));
      live.set(org.id, found ?? []);
      if (found === undefined) {
        unread.push(org.id);
      }
    }
    const map = new DataSourceMap(live, request);
    unread.forEach((org) => map.#unread.add(org));
    map.#refuseUnknownChoices(request, [...live.values()].flat());
    for (const entry of request.manifest.resources.filter(({ kind }) => kind === 'data-source')) {
      const target = targets.get(entry.org);
      if (target !== undefined && !map.#unread.has(target)) {
        await map.#match(request, entry, target, selected.includes(entry));
      }
    }
    map.#addChoices(request, new Set(targets.values()));
    return map;
  }

  /** Uid to use in an org of the target; the same uid where nothing else fits. */
  resolve(targetOrg: number, uid: string): string {
    if (this.#unread.has(targetOrg)) {
      return uid;
    }
    const key = `${targetOrg}/${uid}`;
    this.#used.add(key);
    const match = this.#matches.get(key) ?? this.#unknown(targetOrg, uid);
    this.#matches.set(key, match);
    return match.to?.uid ?? uid;
  }

  /** Whether any has another uid there. */
  renames(targetOrg: number): boolean {
    return [...this.#matches].some(
      ([key, { from, to }]) => key.startsWith(`${targetOrg}/`) && to !== undefined && to.uid !== from.uid,
    );
  }

  /** The live data source that replaces one of the snapshot, when it has another uid than the one that is written. */
  standIn(targetOrg: number, uid: string): DataSourceMatch | undefined {
    const match = this.#matches.get(`${targetOrg}/${uid}`);
    return match?.to === undefined || (match.to.uid === uid && !this.#newUids) ? undefined : match;
  }

  /** Those that something planned uses. */
  used(): DataSourceMatch[] {
    return [...this.#used].sort().flatMap((key) => this.#matches.get(key) ?? []);
  }

  /** Used by something, but not among the data sources of the snapshot. */
  #unknown(targetOrg: number, uid: string): DataSourceMatch {
    const from = { uid, name: '', type: '' };
    const to = this.#live.get(targetOrg)?.find((candidate) => candidate.uid === uid);
    if (to !== undefined) {
      return { from, to, by: 'uid' };
    }
    // Old dashboards call a data source by its name.
    const named = this.#manifest.resources.some(({ kind, title }) => kind === 'data-source' && title === uid);
    return {
      from,
      by: 'none',
      ...(!named && isKindComplete(this.#manifest, 'data-source') ? { alreadyMissing: true } : {}),
    };
  }

  async #match(request: PlanRequest, entry: ManifestEntry, target: number, restored: boolean): Promise<void> {
    const live = this.#live.get(target) ?? [];
    const chosen = request.options.dataSources?.get(entry.uid);
    const wanted = chosen ?? (this.#newUids ? undefined : entry.uid);
    const byUid = live.find(({ uid }) => uid === wanted);
    const from = { uid: entry.uid, name: entry.title, type: byUid?.type ?? '' };
    const key = `${target}/${entry.uid}`;
    if (byUid !== undefined) {
      this.#matches.set(key, { from, to: byUid, by: chosen === undefined ? 'uid' : 'choice' });
      return;
    }
    const { body } = await storedContent(sourceOf(request), entry, request.signal);
    const type = stringAt(body, 'type') ?? '';
    const twin = live.find((candidate) => candidate.name === entry.title && candidate.type === type);
    const known = { ...from, type };
    this.#matches.set(
      key,
      twin === undefined ? { from: known, by: restored ? 'restored' : 'none' } : { from: known, to: twin, by: 'name' },
    );
  }

  /** Choices for uids that the snapshot holds no data source of. */
  #addChoices(request: PlanRequest, targets: ReadonlySet<number>): void {
    for (const [uid, chosen] of request.options.dataSources ?? []) {
      for (const target of targets) {
        const to = this.#live.get(target)?.find((candidate) => candidate.uid === chosen);
        const key = `${target}/${uid}`;
        if (to !== undefined && !this.#matches.has(key)) {
          this.#matches.set(key, { from: { uid, name: '', type: '' }, to, by: 'choice' });
        }
      }
    }
  }

  #refuseUnknownChoices(request: PlanRequest, live: readonly LiveDataSource[]): void {
    const unknown = [...(request.options.dataSources?.values() ?? [])].find(
      (uid) => !live.some((one) => one.uid === uid),
    );
    if (unknown !== undefined) {
      throw new DashkeepError('DK_NOT_FOUND', `there is no data source '${unknown}' here`, {
        advice: reason('use-existing-data-source'),
      });
    }
  }
}

function targetOf({ options }: PlanRequest, entry: ManifestEntry): number {
  return options.copy?.org ?? options.orgs?.get(entry.org) ?? entry.org;
}

async function liveIn(request: PlanRequest, org: Org): Promise<LiveDataSource[]> {
  const items = await listDataSources(writeContext(request, org));
  return items.map((item) => ({
    uid: stringAt(item, 'uid') ?? '',
    name: stringAt(item, 'name') ?? '',
    type: stringAt(item, 'type') ?? '',
  }));
}
