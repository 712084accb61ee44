import { compact } from '../../contract/compact.ts';
import { reasonOf } from '../../contract/errors.ts';
import { countsNow, isRegularBackup } from '../../contract/manifest.ts';
import type { Clock } from '../../contract/ports.ts';
import { MAIN_ORG } from '../../engine/restore/mapping/same-org.ts';
import type { StateStore } from '../../lib/state.ts';
import { isTimedId, timeOfId } from '../../repository/layout.ts';
import type { Caller } from '../organizations/caller.ts';
import type { HomeOrganization } from '../organizations/home.ts';
import type { OrgIdentities } from '../organizations/identities.ts';
import type { RecentChanges } from '../repository/versions/recent-changes.ts';
import type { SettingsStore } from '../settings/store.ts';
import { changeReport, LISTED_MOST, type OrgChanges } from './change-report.ts';
import type { Owner } from './notices.ts';
import type { Notifier } from './notifier.ts';
import { pageLink, type PageLinkParts } from './page-link.ts';

const ENTRY = 'reported-changes.json';
/** Changes of an organization that are counted one by one. */
const COUNTED_MOST = 500;

/** The newest snapshot whose changes were reported, and when that was. */
interface Reported {
  snapshot: string;
  at: string;
}

export interface ChangeFeedParts extends PageLinkParts {
  recentChanges: RecentChanges;
  identities: OrgIdentities;
  home: HomeOrganization;
  settings: SettingsStore;
  notifier: Notifier;
  state: StateStore;
  clock: Clock;
}

/**
 * Reports what changed in Grafana to the receivers of the event `changes`, after each backup or after the first one of
 * a day. Each report begins where the last one ended, also after a restart and in another replica.
 */
export class ChangeFeed {
  readonly #parts: ChangeFeedParts;
  #last: Promise<void> = Promise.resolve();

  constructor(parts: ChangeFeedParts) {
    this.#parts = parts;
  }

  /** To call after each backup. Returns immediately and never fails. */
  backedUp(snapshot: string): void {
    const { log, signal } = this.#parts;
    this.#last = this.#last
      .then(() => this.#report(snapshot))
      .catch((error: unknown) => {
        if (!signal.aborted) {
          log.warn({ reason: reasonOf(error) }, 'changes could not be reported; the next backup reports them');
        }
      });
  }

  /** Resolves when all reports are recorded. */
  async settled(): Promise<void> {
    await this.#last;
  }

  async #report(snapshot: string): Promise<void> {
    const { notifier, settings, clock, state } = this.#parts;
    const audiences = await notifier.audiences('changes');
    const reported = await this.#reported();
    if (audiences.size === 0) {
      await (reported === undefined ? undefined : state.delete(ENTRY));
      return;
    }
    const now = clock.now();
    const { notifications, schedule } = settings.view().values;
    const dayOf = (time: Date): string => time.toLocaleDateString('en-CA', { timeZone: schedule.timezone });
    const isDaily = notifications.changes === 'daily';
    if (isDaily && reported !== undefined && dayOf(new Date(reported.at)) === dayOf(now)) {
      return;
    }
    // A first report of a day begins with the day.
    const since = reported?.snapshot ?? (isDaily ? undefined : await this.#before(snapshot));
    if (since !== undefined) {
      for (const audience of audiences) {
        await this.#notify(audience, snapshot, since);
      }
    }
    await state.set(ENTRY, Buffer.from(JSON.stringify({ snapshot, at: now.toISOString() } satisfies Reported)));
  }

  async #notify(audience: Owner, snapshot: string, since: string): Promise<void> {
    const { recentChanges, notifier, signal } = this.#parts;
    const changed: OrgChanges[] = [];
    for (const { name, caller } of await this.#organizations(audience, snapshot)) {
      const limits = { listed: COUNTED_MOST, described: LISTED_MOST };
      const { items, total } = await recentChanges.since(since, limits, caller, signal);
      if (total > 0) {
        changed.push({ id: caller.org, name, items, total });
      }
    }
    if (changed.length > 0) {
      const link = await pageLink(this.#parts, '/changes');
      const report = changeReport(changed, timeOfId(since));
      notifier.notify(compact({ event: 'changes' as const, audience, ...report, link }));
    }
  }

  /** Receivers set by the deployment get every organization; those set on a page get only the home organization. */
  async #organizations(audience: Owner, snapshot: string): Promise<{ name: string; caller: Caller }[]> {
    const { repositoryCache, identities, home, log, signal } = this.#parts;
    const homeOrg = home.known;
    const { orgs } = await repositoryCache.manifest(snapshot, signal);
    const found: { name: string; caller: Caller }[] = [];
    for (const { id, name } of orgs.filter(({ id }) => audience === 'deployment' || id === homeOrg)) {
      const caller = { org: id, home: id === homeOrg };
      try {
        const identity = caller.home && id === MAIN_ORG ? undefined : await identities.of(id, caller.home);
        found.push({ name, caller: identity === undefined ? caller : { ...caller, identity } });
      } catch (error) {
        log.warn({ org: id, reason: reasonOf(error) }, 'changes of an organization are not reported');
      }
    }
    return found;
  }

  /** The backup before one; undefined where that is the first. */
  async #before(snapshot: string): Promise<string | undefined> {
    const { repositoryCache, signal } = this.#parts;
    const backups = (await repositoryCache.snapshots(signal)).filter((one) => countsNow(one) && isRegularBackup(one));
    return backups.find(({ id }) => id < snapshot)?.id;
  }

  /** Undefined if the state cannot be read or is not valid. */
  async #reported(): Promise<Reported | undefined> {
    const { state, log } = this.#parts;
    try {
      const text = (await state.get(ENTRY))?.toString('utf8');
      const { snapshot, at } = (text === undefined ? {} : JSON.parse(text)) as Partial<Reported>;
      const isUsable = snapshot !== undefined && isTimedId(snapshot) && !Number.isNaN(Date.parse(at ?? ''));
      return isUsable && at !== undefined ? { snapshot, at } : undefined;
    } catch (error) {
      log.warn({ reason: reasonOf(error) }, 'it is unknown which changes have already been reported');
      return undefined;
    }
  }
}
