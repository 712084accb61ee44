import { append } from '../../../lib/append.ts';
import { mapConcurrently } from '../../../lib/concurrency/each-at-once.ts';
import type { Manifest, ManifestEntry } from '../../../contract/manifest.ts';
import type { Touched } from '../../../contract/runs.ts';
import { isForbidden } from '../../../grafana/http/errors.ts';
import type { Org } from '../../../grafana/instance.ts';
import type { Kind, KindContext } from '../../../grafana/kinds/kind.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import { kindOf } from '../../../grafana/kinds/registry.ts';
import type { Departure } from '../../../grafana/kinds/traits.ts';
import { valueIf } from '../../../lib/expected-errors.ts';
import { withoutLogins } from '../access/missing-accounts.ts';
import { isRestored, storedContent } from '../content.ts';
import { writeContext } from '../context.ts';
import { asListed } from '../live.ts';
import { targetOf } from '../target.ts';
import type { PlannedItem, PlanRequest } from '../types.ts';
import { contentFingerprint, type ChangeLog } from './change-log.ts';

const READS_AT_ONCE = 16;

/** A team or permissions of an organization, and the logins that Grafana is about to remove from it. */
interface Affected {
  org: Org;
  entry: ManifestEntry;
  logins: ReadonlySet<string>;
}

/** The same with its marks before and after that. */
interface Marked extends Affected {
  before: string;
  after: Touched;
  /** What the log said about it before. */
  known: Touched | undefined;
}

/**
 * The accounts that leave organizations in a restore. They do so at its end: Grafana also removes them from teams and
 * permissions there, which would no longer be as planned. Until then they only have no role.
 */
export class Leaving {
  readonly #safety: Manifest | undefined;
  readonly #departures = new Map<PlannedItem, Departure>();
  readonly #begun = new Set<PlannedItem>();
  #isEnd = false;

  /** @param safety - the safety snapshot; what it does not hold cannot be undone */
  constructor(safety?: Manifest) {
    this.#safety = safety;
  }

  /** The accounts that are still to leave. */
  get items(): PlannedItem[] {
    return [...this.#begun];
  }

  /** What is written of an item now. */
  writtenNow(kind: Kind, item: PlannedItem, content: Content, live: Content | undefined): Content {
    const departure = live === undefined || this.#isEnd ? undefined : kind.leaving?.(content, live);
    if (departure === undefined) {
      return content;
    }
    this.#departures.set(item, departure);
    return departure.until;
  }

  /** Takes note that an item was written. @returns whether it is written again at the end */
  begin(item: PlannedItem): boolean {
    const isLeaving = !this.#isEnd && this.#departures.has(item);
    if (isLeaving) {
      this.#begun.add(item);
    }
    return isLeaving;
  }

  /** Whether what is live is what was written first. */
  isBegun(kind: Kind, item: PlannedItem, live: Content): boolean {
    const departure = this.#departures.get(item);
    return departure !== undefined && isRestored(kind, departure.until, live);
  }

  /**
   * Puts down what else changes when the accounts leave, and lets them.
   * @param leave - writes the items
   */
  async finish<T>(request: PlanRequest, changeLog: ChangeLog, leave: () => Promise<T>): Promise<T> {
    this.#isEnd = true;
    const affected = await this.#affected(request);
    const [contextBefore, contextAfter] = [contextsOf(request), contextsOf(request)];
    const marked = await mapConcurrently(READS_AT_ONCE, affected, async (one) =>
      marksOf(request, changeLog, one, await liveOf(contextBefore(one.org), one)),
    );
    const changing = marked.filter((one) => one !== undefined);
    await changeLog.intend(changing.map(({ after }) => after));
    changing.forEach(({ after }) => changeLog.begin(after));
    const left = await leave();
    await mapConcurrently(READS_AT_ONCE, changing, async (one) =>
      confirm(request, changeLog, one, await liveOf(contextAfter(one.org), one)),
    );
    return left;
  }

  /** What names the accounts in the safety snapshot. */
  async #affected(request: PlanRequest): Promise<Affected[]> {
    const affected: Affected[] = [];
    for (const [org, logins] of this.#leavingFrom(request)) {
      const entries = (this.#safety?.resources ?? []).filter(
        (entry) => entry.org === org.id && kindOf(entry.kind).namesPeople === true,
      );
      const names = await mapConcurrently(READS_AT_ONCE, entries, async (entry) => {
        const kind = kindOf(entry.kind);
        const content = await storedContent(request.repository, entry, request.signal);
        return withoutLogins(kind, content, logins).body !== content.body;
      });
      append(
        affected,
        entries.filter((_, at) => names[at]).map((entry) => ({ org, entry, logins })),
      );
    }
    return affected;
  }

  #leavingFrom({ instance }: PlanRequest): Map<Org, ReadonlySet<string>> {
    const left = this.items.map((item) => ({
      login: targetOf(item).uid,
      from: this.#departures.get(item)?.from ?? [],
    }));
    return new Map(
      instance.orgs.map((org) => [
        org,
        new Set(left.filter(({ from }) => from.includes(org.name)).map(({ login }) => login)),
      ]),
    );
  }
}

/** Undefined where nothing is left to remove the accounts from. */
function marksOf(
  { repository }: PlanRequest,
  changeLog: ChangeLog,
  affected: Affected,
  live: Content | undefined,
): Marked | undefined {
  const { org, entry, logins } = affected;
  const { uid } = entry;
  const kind = kindOf(entry.kind);
  if (live === undefined) {
    return undefined;
  }
  const before = contentFingerprint(repository, kind, live);
  const mark = contentFingerprint(repository, kind, withoutLogins(kind, live, logins));
  const after: Touched = { org: org.id, kind: kind.name, uid, did: 'updated', mark };
  return before === mark ? undefined : { ...affected, before, after, known: changeLog.find(after) };
}

/** Records what the departures left. */
function confirm(
  { repository }: PlanRequest,
  changeLog: ChangeLog,
  { entry, before, after, known }: Marked,
  live: Content | undefined,
): void {
  const mark = live && contentFingerprint(repository, kindOf(entry.kind), live);
  if (mark === after.mark) {
    changeLog.put(after);
  } else if (mark === before && known !== undefined) {
    changeLog.put(known);
  } else if (mark === before) {
    changeLog.drop(after);
  }
}

/** Undefined also if the account that restores is no longer a member. */
async function liveOf(context: KindContext, { entry }: Affected): Promise<Content | undefined> {
  return kindOf(entry.kind).read(context, asListed(entry, entry.uid)).catch(valueIf(isForbidden, undefined));
}

/** One memory of what is live in each organization. */
function contextsOf(request: PlanRequest): (org: Org) => KindContext {
  const contexts = new Map(request.instance.orgs.map((org) => [org, writeContext(request, org)]));
  return (org) => contexts.get(org) ?? writeContext(request, org);
}
