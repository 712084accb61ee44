import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import { canonicalJson, isJsonObject, parseJson, type Json } from '../../lib/json/json.ts';
import { Manifest, ManifestEntry, NewerEntry } from '../../contract/manifest.ts';
import { MAX_MANIFEST_BYTES, MAX_RECORD_BYTES } from '../objects/codec.ts';
import { isObjectId, printable } from '../layout.ts';
import { findListMember, type ListMember } from '../../lib/json/list-member.ts';
import type { KnownEntries, KnownEntry } from './known-entries.ts';
import { ofKnownKinds } from './newer.ts';

/** A manifest without its entries. */
const ManifestHead = Manifest.omit({ resources: true }).loose();
export type ManifestHead = Omit<Manifest, 'resources' | 'newer'>;

const KnownEntrySchema = ManifestEntry.loose();

/**
 * Entries that make one part of a text. Few: what outlives the scavenges while a part is put together stays until the
 * next full collection.
 */
const ENTRIES_A_PART = 25;

/**
 * The JSON of a list, some entries at a time: the text of 20 000 of them is as large as everything else in a backup.
 */
export function* listInParts<T>(entries: Iterable<T>, print: (entry: T) => string): Generator<string> {
  let part = '[';
  let count = 0;
  for (const entry of entries) {
    part += (count === 0 ? '' : ',') + print(entry);
    if (++count % ENTRIES_A_PART === 0) {
      yield part;
      part = '';
    }
  }
  yield `${part}]`;
}

/** What follows the entries, and the name of their list. */
const REST_OF_HEAD = 200;

/**
 * The parts of a manifest's text, as long as a reader would accept them.
 * @param parts - the first is what it says of itself
 * @throws DK_MANIFEST_TOO_LARGE
 */
export function* readableParts(parts: Iterable<string>): Generator<string> {
  let bytes = 0;
  for (const part of parts) {
    if (bytes === 0 && part.length + REST_OF_HEAD > MAX_RECORD_BYTES) {
      throw tooLarge('problems', MAX_RECORD_BYTES);
    }
    bytes += Buffer.byteLength(part);
    if (bytes > MAX_MANIFEST_BYTES) {
      throw tooLarge('resources', MAX_MANIFEST_BYTES);
    }
    yield part;
  }
}

function tooLarge(what: string, limit: number): DashkeepError {
  const mib = Math.round(limit / 1024 / 1024);
  return new DashkeepError(
    'DK_MANIFEST_TOO_LARGE',
    `the list of all ${what} takes more than ${mib} MiB, the limit of this process; nothing was published`,
  );
}

/**
 * The text of a manifest, whose entries are read one by one: what 20 000 of them make as values is several times the
 * text, and most who read a manifest need little of it.
 */
export class ManifestText {
  readonly head: ManifestHead;
  /** Whether the head says something of kinds that only a newer version knows. */
  isNewer = false;
  readonly #text: string;
  readonly #what: string;
  readonly #list: ListMember;
  readonly #known: KnownEntries | undefined;
  #read: KnownEntry[] | undefined;

  /**
   * @param known - entries of other manifests, which are not checked again
   * @throws DK_MANIFEST_DAMAGED, DK_MANIFEST_NEWER
   */
  constructor(text: string, what: string, known?: KnownEntries) {
    this.#text = text;
    this.#what = what;
    this.#known = known;
    const list = findListMember(text, 'resources');
    const outside = list === undefined ? text : text.slice(0, list.start) + text.slice(list.end);
    if (outside.length > MAX_RECORD_BYTES) {
      throw this.#damaged('has more metadata than any manifest');
    }
    const rest = this.#parse(outside);
    if (isJsonObject(rest) && Number(rest['format']) > 1) {
      throw new DashkeepError('DK_MANIFEST_NEWER', `${what} has a format that this version does not know`);
    }
    const head = ManifestHead.safeParse(ofKnownKinds(rest, () => (this.isNewer = true)));
    if (!head.success) {
      throw this.#foreign(head.error.issues[0]);
    }
    if (list === undefined) {
      throw this.#damaged('is not in Dashkeep’s format: it has no list of resources');
    }
    // Only reading the entries says what is newer, whatever is here.
    const { newer: _, ...said } = head.data;
    this.head = said as ManifestHead;
    this.#list = list;
  }

  /** The canonical text of the entries as they came, members unknown here included; each iteration begins again. */
  get canonicalEntries(): Iterable<string> {
    const known = this.#knownEntries();
    return {
      [Symbol.iterator]: () =>
        known === undefined
          ? listInParts(this.#raw(), canonicalJson)
          : listInParts(known, ({ canonical }) => canonical),
    };
  }

  /** @throws DK_MANIFEST_DAMAGED */
  *entries(): Generator<ManifestEntry | NewerEntry> {
    for (const { entry } of this.#knownEntries() ?? []) {
      yield entry;
    }
    if (this.#known === undefined) {
      let index = 0;
      for (const value of this.#raw()) {
        yield this.#checked(value, index++);
      }
    }
  }

  #knownEntries(): KnownEntry[] | undefined {
    return (this.#read ??= this.#known?.of(this.#text, this.#list, (text, index) => {
      const value = this.#parse(text);
      return { text, canonical: canonicalJson(value), entry: this.#checked(value, index) };
    }));
  }

  #checked(value: Json, index: number): ManifestEntry | NewerEntry {
    const known = KnownEntrySchema.safeParse(value);
    const entry = known.success ? known : NewerEntry.safeParse(value);
    if (!entry.success) {
      const [issue] = entry.error.issues;
      throw this.#foreign(issue && { ...issue, path: ['resources', index, ...issue.path] });
    }
    if (!isObjectId(entry.data.object)) {
      throw this.#damaged(`names '${printable(entry.data.object)}', which is not an object`);
    }
    return entry.data;
  }

  *#raw(): Generator<Json> {
    let start = this.#list.start;
    for (const end of this.#list.ends) {
      yield this.#parse(this.#text.slice(start, end));
      start = end + 1;
    }
  }

  #parse(text: string): Json {
    try {
      return parseJson(text);
    } catch (cause) {
      throw this.#damaged('is not JSON', cause);
    }
  }

  #foreign(issue: { path: PropertyKey[]; message: string } | undefined): DashkeepError {
    const where = issue?.path.slice(0, 4).join('.') ?? '';
    return this.#damaged(`is not in Dashkeep’s format: ${where} ${reasonOf(issue?.message ?? '')}`);
  }

  #damaged(how: string, cause?: unknown): DashkeepError {
    return new DashkeepError('DK_MANIFEST_DAMAGED', `${this.#what} ${how}`, { cause });
  }
}
