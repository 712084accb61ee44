import type { ResourceRef } from '../../../contract/kinds.ts';
import type { ManifestEntry } from '../../../contract/manifest.ts';
import type { SecurityChange } from '../../../contract/plan.ts';
import { gainsBetween, joinGrants, type Gain } from '../../../grafana/kinds/access/permissions/grants.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import { securityChange } from '../../../grafana/kinds/security/change.ts';
import { forEachConcurrently } from '../../../lib/concurrency/each-at-once.ts';
import { stringAt } from '../../../lib/json/json.ts';
import { writeContext } from '../context.ts';
import { keyOf, targetOf } from '../target.ts';
import type { PlannedItem, PlanRequest } from '../types.ts';
import { grantsAlong, NO_GRANTS } from './access.ts';
import { LiveAccess } from './live-access.ts';
import { PlannedAccess, writtenItems } from './planned-access.ts';
import { isOfSame, isOfTeam, NAMED, namedGains } from './named-gains.ts';
import { ReplacedTeams } from './replaced-teams.ts';
import { accessEntries, StoredAccess, StoredGrants } from './stored-access.ts';
import { annotatedDashboards, audienceChanges, isSeen } from './wider-audience.ts';

const AT_ONCE = 16;

/** The folder of a resource before and after a restore, which may be the same; `from` is absent for what is created. */
interface Place {
  from?: string;
  to: string;
}

/** What a plan is compared with, for one organization of the target. */
interface Views {
  live: LiveAccess;
  planned: PlannedAccess;
  teams: ReplacedTeams;
  titleOf(folder: string): Promise<string>;
}

/**
 * Finds out who gets more because a resource moves to another folder, or is created or written over where more is
 * permitted than when the snapshot was taken. Grafana is asked only about the folders that this concerns.
 */
export class OpenedPlaces {
  readonly #request: PlanRequest;
  readonly #stored: StoredGrants;
  readonly #places = new Map<string, Place>();
  /** UIDs of the dashboards of annotations, in the snapshot and in the target. */
  readonly #dashboards = new Map<string, { from: string | undefined; to: string }>();
  readonly #live = new Map<number, LiveAccess>();
  #entries: ReadonlyMap<string, ManifestEntry> | undefined;

  constructor(request: PlanRequest) {
    this.#request = request;
    this.#stored = new StoredGrants(request);
  }

  /** Takes what the plan has read of live folders and permissions, so that it is not read a second time. */
  saw({ org, kind, uid }: ResourceRef, live: Content | undefined): void {
    const matters =
      kind === 'folder' ||
      kind === 'dashboard' ||
      kind === 'folder-permissions' ||
      ((kind === 'dashboard-permissions' || kind === 'public-dashboard') &&
        this.#places.has(keyOf({ org, kind: 'dashboard', uid })));
    if (matters) {
      this.#liveOf(org).saw(kind, uid, live);
    }
  }

  /** Takes where something that a plan writes is now, and where it will be. */
  put(target: ResourceRef, live: Content | undefined, content: Content): void {
    const to = content.folderUid ?? '';
    const from = live === undefined ? undefined : (live.folderUid ?? '');
    if (from !== to || isSeen(target.kind)) {
      this.#places.set(keyOf(target), from === undefined ? { to } : { from, to });
    }
  }

  /** Takes the dashboard of an annotation that a plan writes: who may see the one sees the other. */
  putOn(target: ResourceRef, stored: Content, content: Content): void {
    const [from, to] = [stored, content].map(({ body }) => stringAt(body, 'dashboardUID'));
    if (to !== undefined) {
      this.#dashboards.set(keyOf(target), { from, to });
    }
  }

  /** Adds to the items who gets more by where they will be. */
  async report(items: readonly PlannedItem[]): Promise<void> {
    const written = writtenItems(items);
    const teams = new ReplacedTeams({
      teams: this.#accessEntries(),
      written,
      stored: this.#stored,
      standIns: this.#request.options.replace?.get('team'),
      isElsewhere: this.#request.source !== undefined,
      liveOf: (org) => this.#liveOf(org),
    });
    await this.#reportTeams(teams, written);
    const views = new Map<number, Views>();
    const viewOf = (org: number): Views => {
      const view = views.get(org) ?? this.#viewsOf(org, written, teams);
      views.set(org, view);
      return view;
    };
    const placed = [...written.values()].flatMap((item) => {
      const place = this.#places.get(keyOf(targetOf(item)));
      return place === undefined ? [] : [{ item, place }];
    });
    const updated = placed.filter(({ item, place }) => place.from !== undefined && isSeen(item.kind));
    await forEachConcurrently(AT_ONCE, placed, async ({ item, place }) => {
      const view = viewOf(targetOf(item).org);
      const [opened, audience] = await Promise.all([
        place.from === place.to ? [] : this.#changes(view, item, place),
        place.from === undefined || !isSeen(item.kind) || item.entry === undefined
          ? []
          : audienceChanges({ ...view, stored: this.#storedOf(item.entry) }, item, place.to, updated.length),
      ]);
      item.security = [
        ...item.security,
        ...opened,
        ...audience.filter((one) => !opened.some((other) => isOfSame(one, other))),
      ];
    });
    await this.#reportAnnotations(written, viewOf);
    for (const [org, { live, planned }] of views) {
      const exposed = await this.#withoutKnownAccess(
        planned,
        placed.filter(({ item, place }) => targetOf(item).org === org && place.from === undefined),
      );
      const [first] = exposed;
      if (first !== undefined && (await live.hasMembers())) {
        first.security = [...first.security, placedUnread(exposed)];
      }
    }
  }

  /**
   * What is created at the root with what Grafana gives there to everybody, where the snapshot does not say what was
   * permitted. What is in such a folder is as open, and not counted.
   */
  async #withoutKnownAccess(
    planned: PlannedAccess,
    placed: readonly { item: PlannedItem; place: Place }[],
  ): Promise<PlannedItem[]> {
    const exposed: PlannedItem[] = [];
    for (const { item, place } of placed) {
      const { entry, kind } = item;
      const isOpen =
        (kind === 'folder' || kind === 'dashboard') &&
        planned.grantsOfCreated(kind, targetOf(item).uid, place.to).size > 0;
      if (isOpen && entry !== undefined) {
        const stored = this.#storedOf(entry);
        const own = await stored.ownGrants(`${kind}-permissions`, entry.uid);
        if (own === undefined || (await grantsAlong(stored, kind, entry.folderUid ?? '')) === undefined) {
          exposed.push(item);
        }
      }
    }
    return exposed;
  }

  /** Adds to permissions which teams get them by having the name of another one. */
  async #reportTeams(teams: ReplacedTeams, written: ReadonlyMap<string, PlannedItem>): Promise<void> {
    const permissions = [...written.values()].filter(({ kind }) => kind.endsWith('-permissions'));
    await forEachConcurrently(AT_ONCE, permissions, async (item) => {
      const changes = item.entry === undefined ? [] : await teams.changes(item, item.entry);
      if (changes.length > 0) {
        item.security = [...item.security.filter((one) => !changes.some((other) => isOfTeam(one, other))), ...changes];
      }
    });
  }

  /** Adds to annotations who sees them on a dashboard that exists, and could not when the snapshot was taken. */
  async #reportAnnotations(written: ReadonlyMap<string, PlannedItem>, viewOf: (org: number) => Views): Promise<void> {
    const annotated = annotatedDashboards(written, this.#dashboards, this.#accessEntries());
    await forEachConcurrently(AT_ONCE, annotated, async ({ item, dashboard }) => {
      const target = targetOf(dashboard);
      const view = viewOf(target.org);
      const folder = this.#places.get(keyOf(target))?.to ?? (await view.live.folderOf(target.uid));
      if (folder !== undefined) {
        const stored = this.#storedOf(dashboard.entry);
        const found = await audienceChanges({ ...view, stored }, dashboard, folder, annotated.length, 'annotations');
        item.security = [...item.security, ...found];
      }
    });
  }

  #accessEntries(): ReadonlyMap<string, ManifestEntry> {
    this.#entries ??= accessEntries(this.#request.manifest);
    return this.#entries;
  }

  #storedOf({ org }: ManifestEntry): StoredAccess {
    return new StoredAccess(this.#accessEntries(), org, this.#stored);
  }

  async #changes(views: Views, item: PlannedItem, place: Place): Promise<SecurityChange[]> {
    const gains =
      place.from === undefined
        ? await this.#gainsOfCreated(views, item, place.to)
        : await gainsOfMoved(views, item, place.from, place.to);
    if (gains !== undefined && gains.length === 0) {
      return [];
    }
    const from = place.from === undefined ? undefined : await views.titleOf(place.from);
    const where = { from, to: await views.titleOf(place.to), contents: item.kind === 'folder' ? 'yes' : undefined };
    if (gains === undefined) {
      return [securityChange('moved-unread', where)];
    }
    const admins = gains.some(({ subject }) => subject === 'user' || subject === 'serviceAccount')
      ? await views.live.admins()
      : new Set<string>();
    const others = gains.filter(
      ({ subject, name }) => !(subject === 'role' && name === 'Admin') && !admins.has(`${subject}/${name}`),
    );
    return namedGains(others, ({ subject, name, before, permission }) =>
      securityChange(from === undefined ? 'placed' : 'moved', { ...where, subject, name, before, after: permission }),
    );
  }

  /** Who may do more with something that is created than when the snapshot was taken, if the snapshot says that. */
  async #gainsOfCreated({ planned, live, teams }: Views, item: PlannedItem, to: string): Promise<Gain[]> {
    const { entry, kind } = item;
    if (entry === undefined) {
      return [];
    }
    const stored = this.#storedOf(entry);
    const [around, after] = [
      await grantsAlong(stored, kind, entry.folderUid ?? ''),
      await grantsAlong(planned, kind, to),
    ];
    if (around === undefined || after === undefined) {
      return [];
    }
    const given = [...around.values()].some(({ subject }) => subject === 'team')
      ? ((await grantsAlong(live, kind, to)) ?? NO_GRANTS)
      : NO_GRANTS;
    const before = await teams.without(around, given, entry.org, targetOf(item).org);
    if (kind !== 'folder' && kind !== 'dashboard') {
      return gainsBetween(before, after);
    }
    const own = await stored.ownGrants(`${kind}-permissions`, entry.uid);
    const fresh = own === undefined ? NO_GRANTS : planned.grantsOfCreated(kind, targetOf(item).uid, to);
    return gainsBetween(joinGrants(before, own ?? NO_GRANTS), joinGrants(after, fresh));
  }

  #viewsOf(id: number, written: ReadonlyMap<string, PlannedItem>, teams: ReplacedTeams): Views {
    const live = this.#liveOf(id);
    const placeOf = (key: string): string | undefined => this.#places.get(key)?.to;
    return {
      live,
      teams,
      planned: new PlannedAccess(live, id, { written, placeOf, read: (entry) => this.#stored.of(entry) }),
      async titleOf(folder) {
        const title = written.get(keyOf({ org: id, kind: 'folder', uid: folder }))?.title;
        return folder === '' ? '' : (title ?? (await live.titleOf(folder)) ?? folder);
      },
    };
  }

  #liveOf(id: number): LiveAccess {
    const known = this.#live.get(id);
    if (known !== undefined) {
      return known;
    }
    const org = this.#request.instance.orgs.find((one) => one.id === id);
    if (org === undefined) {
      throw new Error(`a plan writes to org ${id}, which is not among those of the run`);
    }
    const live = new LiveAccess(writeContext(this.#request, org));
    this.#live.set(id, live);
    return live;
  }
}

/** One line for all of them: without permissions in the snapshot, that may be each folder of it. */
function placedUnread(items: readonly PlannedItem[]): SecurityChange {
  const titles = items.slice(0, NAMED).map(({ title }) => title);
  return securityChange('placed-unread', { count: String(items.length), titles: titles.join(', ') });
}

/** Who may do more with something that moves than now; undefined where that cannot be read. */
async function gainsOfMoved(
  { live, planned }: Views,
  item: PlannedItem,
  from: string,
  to: string,
): Promise<Gain[] | undefined> {
  const { kind } = item;
  const after = await grantsAlong(planned, kind, to);
  const before = (await grantsAlong(live, kind, from)) ?? NO_GRANTS;
  if (after === undefined) {
    return undefined;
  }
  const gains = gainsBetween(before, after);
  if (gains.length === 0 || (kind !== 'folder' && kind !== 'dashboard')) {
    return gains;
  }
  const own = await live.ownGrants(`${kind}s`, targetOf(item).uid);
  return gainsBetween(joinGrants(before, own ?? NO_GRANTS), after);
}
