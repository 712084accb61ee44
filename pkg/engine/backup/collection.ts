import { append } from '../../lib/append.ts';
import { KIND_NAMES, type KindName } from '../../contract/kinds.ts';
import type { KindReport, ListBeginning, ManifestEntry, ResourceProblem } from '../../contract/manifest.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { because, reasonFrom, reasonWithHint, type Because, type Reason } from '../../contract/reasons/reason.ts';
import { MAX_RECORD_BYTES } from '../../repository/objects/codec.ts';
import type { ProgressCounter } from '../progress.ts';
import { PackedEntries } from './packed-entries.ts';

/** What problems take of a manifest and of the record of a run, which are read as a whole: further ones are counted. */
const MOST_BYTES = MAX_RECORD_BYTES / 8;
const OTHERS = reason('others-too');

/** What was listed, and did not exist when it was to be read. */
export interface Gone extends Pick<ManifestEntry, 'org' | 'kind' | 'uid' | 'title'> {
  /** Of permissions: whether the owner is as in the last snapshot. A different one may be for fewer people. */
  isOwnerSame?: boolean;
}

/** What a backup has gathered so far: entries of the manifest, counts per kind, problems one by one. */
export class Collection {
  /** Those that were read are among them once `finishReading` was called. */
  readonly entries: ManifestEntry[] = [];
  readonly problems: ResourceProblem[] = [];
  readonly skipped: ResourceProblem[] = [];
  /** `settleDeleted` decides on it. */
  readonly gone: Gone[] = [];
  readonly progress: ProgressCounter;
  /** Those of the entries whose objects this run did not write itself. */
  readonly #reused: ManifestEntry[] = [];
  readonly #lists: ListBeginning[] = [];
  readonly #reports = new Map<KindName, KindReport>();
  /** Problems of one cause that ends more than one resource, by org and kind. */
  readonly #causes = new Map<unknown, Map<string, ResourceProblem>>();
  /** Where `problems` and `skipped` have no room for more: the others, by list, org and kind. */
  readonly #others = new Map<string, ResourceProblem>();
  #room = MOST_BYTES;
  readonly #read = { stored: new PackedEntries(), reused: new PackedEntries() };

  /** What the first of the problems came from; undefined when there is none. */
  firstCause: unknown;

  constructor(progress: ProgressCounter) {
    this.progress = progress;
  }

  report(kind: KindName): KindReport {
    const report = this.#reports.get(kind) ?? { listed: 0, stored: 0, reused: 0, skipped: 0, failed: 0 };
    this.#reports.set(kind, report);
    return report;
  }

  /** The kind was left out on purpose; that is not a problem. */
  notRead(kind: KindName, why: Reason): void {
    Object.assign(this.report(kind), because(why));
  }

  began(list: ListBeginning): void {
    this.#lists.push(list);
  }

  listed(kind: KindName, org: number): void {
    this.report(kind).listed++;
    this.progress.listed(kind, org);
  }

  add(entry: ManifestEntry, how: 'stored' | 'reused'): void {
    this.#read[how].add(entry);
    this.#count(entry, how);
  }

  /** Takes over what the last snapshot has, whose manifest is in memory anyway. */
  keep(entry: ManifestEntry): void {
    const kept = { ...entry };
    this.entries.push(kept);
    this.#reused.push(kept);
    this.#count(entry, 'reused');
  }

  /** Takes over what the last snapshot has although it may have changed since it was read. */
  keepUnread(entry: ManifestEntry & { readAt: string }): void {
    this.keep(entry);
    this.completeAsOf(entry.kind, entry.readAt);
  }

  /** What was added to the kind since then may be missing. */
  completeAsOf(kind: KindName, time: string): void {
    const report = this.report(kind);
    if (report.oldestReadAt === undefined || time < report.oldestReadAt) {
      report.oldestReadAt = time;
    }
  }

  #count({ kind, org }: ManifestEntry, how: 'stored' | 'reused'): void {
    this.report(kind)[how]++;
    this.progress.finished(kind, true, org);
  }

  /** From here on `entries` has them all. */
  finishReading(): void {
    const share = sharer();
    this.entries.forEach(share);
    const take = (entry: ManifestEntry): void => {
      share(entry);
      this.entries.push(entry);
    };
    for (const entry of this.#read.reused.unpack()) {
      take(entry);
      this.#reused.push(entry);
    }
    for (const entry of this.#read.stored.unpack()) {
      take(entry);
    }
  }

  skip(problem: ResourceProblem): void {
    this.#put('skipped', problem);
    this.report(problem.kind).skipped++;
    this.progress.finished(problem.kind, true, problem.org);
  }

  /**
   * A resource, or with an empty uid a whole listing, that could not be read. What failed with one and the same error,
   * such as refused credentials, is one problem of each kind.
   */
  fail(problem: Omit<ResourceProblem, keyof Because>, error: unknown): void {
    const why = describe(error);
    this.firstCause ??= error;
    const causes = this.#causes.get(error) ?? new Map<string, ResourceProblem>();
    this.#causes.set(error, causes);
    const place = `${problem.org} ${problem.kind}`;
    const same = causes.get(place);
    if (same === undefined) {
      const first = { ...problem, ...why };
      causes.set(place, this.#put('problems', first));
    } else if (same.code === OTHERS.code) {
      same.count = (same.count ?? 0) + 1;
    } else {
      gather(same, problem, why.reason);
    }
    const report = this.report(problem.kind);
    if (problem.uid === '') {
      Object.assign(report, why);
    } else {
      report.failed++;
      this.progress.finished(problem.kind, false, problem.org);
    }
  }

  /** @returns itself where there is room for it, else one problem for all those that there is none for */
  #put(list: 'problems' | 'skipped', problem: ResourceProblem): ResourceProblem {
    this.#room -= Buffer.byteLength(JSON.stringify(problem));
    if (this.#room >= 0) {
      this[list].push(problem);
      return problem;
    }
    const { org, kind } = problem;
    const place = `${list} ${org} ${kind}`;
    const others = this.#others.get(place);
    if (others !== undefined) {
      others.count = (others.count ?? 0) + 1;
      return others;
    }
    const first = { org, kind, uid: '', count: 1, ...because(OTHERS) };
    this.#others.set(place, first);
    this[list].push(first);
    return first;
  }

  /** Takes entries out again, because their objects could not be kept. */
  remove(gone: ReadonlySet<ManifestEntry>): void {
    append(
      this.entries,
      this.entries.splice(0).filter((entry) => !gone.has(entry)),
    );
  }

  /** Takes entries out again as skipped. */
  leaveOut(entries: ReadonlySet<ManifestEntry>, why: Reason): void {
    const reused = new Set(this.#reused);
    for (const entry of entries) {
      const { org, kind, uid, title } = entry;
      const report = this.report(kind);
      report[reused.has(entry) ? 'reused' : 'stored']--;
      report.skipped++;
      this.skipped.push({ org, kind, uid, title, ...because(why) });
    }
    this.remove(entries);
  }

  /** How those lists began whose resources are all here, each in the revision that was listed. */
  wholeLists(): ListBeginning[] {
    const unlisted = this.entries.filter(({ revision }) => revision === undefined);
    const place = ({ org, kind }: Pick<ListBeginning, 'org' | 'kind'>): string => `${org} ${kind}`;
    const partial = new Set([...this.problems, ...this.skipped, ...unlisted].map(place));
    return this.#lists.filter((list) => !partial.has(place(list)));
  }

  /** Every kind by name, also those that have nothing. */
  reports(): Partial<Record<KindName, KindReport>> {
    const empty: KindReport = { listed: 0, stored: 0, reused: 0, skipped: 0, failed: 0 };
    return Object.fromEntries(KIND_NAMES.map((kind) => [kind, this.#reports.get(kind) ?? { ...empty }]));
  }

  sortedEntries(): ManifestEntry[] {
    return inManifestOrder(this.entries);
  }
}

/** Sorts entries by organization, kind in the order of restoring, and uid. */
export function inManifestOrder<T extends Pick<ManifestEntry, 'org' | 'kind' | 'uid'>>(entries: T[]): T[] {
  const order = new Map(KIND_NAMES.map((kind, index) => [kind, index]));
  return entries.sort(
    (a, b) =>
      a.org - b.org ||
      (order.get(a.kind) ?? 0) - (order.get(b.kind) ?? 0) ||
      (a.uid < b.uid ? -1 : a.uid > b.uid ? 1 : 0),
  );
}

/** Makes one problem of two with the same cause: from then on it is about the kind. */
function gather(into: ResourceProblem, { uid }: Pick<ResourceProblem, 'uid'>, reason: string): void {
  const resources = (into.count ?? (into.uid === '' ? 0 : 1)) + (uid === '' ? 0 : 1);
  into.uid = '';
  delete into.title;
  if (resources > 0) {
    into.count = resources;
  }
  into.reason = resources > 0 ? `${reason} (${resources} ${resources === 1 ? 'resource' : 'resources'})` : reason;
}

/** Thousands of entries name the same few folders, versions and people: each of those texts is kept once. */
function sharer(): (entry: ManifestEntry) => void {
  const texts = new Map<string, string>();
  const once = (text: string): string => {
    const kept = texts.get(text) ?? text;
    texts.set(kept, kept);
    return kept;
  };
  return (entry) => {
    const { folderUid, apiVersion, facts } = entry;
    if (folderUid !== undefined) {
      entry.folderUid = once(folderUid);
    }
    if (apiVersion !== undefined) {
      entry.apiVersion = once(apiVersion);
    }
    for (const name of ['createdBy', 'updatedBy']) {
      const who = facts?.[name];
      if (facts !== undefined && typeof who === 'string') {
        facts[name] = once(who);
      }
    }
  };
}

/** The reason with what to do about it, when the error knows. */
function describe(error: unknown): Because {
  if (!(error instanceof DashkeepError) || error.code !== 'DK_GRAFANA_FORBIDDEN') {
    return because(reasonFrom(error));
  }
  const refused = because(reasonWithHint(error));
  // A list that hides some resources was read; its code says so.
  return error.why?.code === 'list-hides' ? { ...refused, ...error.why } : refused;
}
