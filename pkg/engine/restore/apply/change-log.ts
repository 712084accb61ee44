import { compact } from '../../../contract/compact.ts';
import type { ManifestEntry } from '../../../contract/manifest.ts';
import type { Clock } from '../../../contract/ports.ts';
import type { Touched } from '../../../contract/runs.ts';
import type { Kind } from '../../../grafana/kinds/kind.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import { canonicalOf, formOf } from '../../../grafana/kinds/text-content.ts';
import type { Encoder } from '../../../repository/objects/encode-thread.ts';
import type { Repository } from '../../../repository/repository.ts';
import { placeOf } from '../content.ts';
import { keyOf } from '../target.ts';

/** Half of an object id: no two different bodies meet, and thousands of fingerprints stay a small record. */
const FINGERPRINT_LENGTH = 32;

/**
 * Identifies one state of a resource: its body, by the id that it would have as an object, and its folder. Runs record
 * it as `mark`.
 */
export function contentFingerprint(repository: Repository, kind: Kind, content: Content): string {
  return fingerprint(repository.objectId(canonicalOf(content)), placeOf(kind, content));
}

/**
 * Whether a resource is in the state of a fingerprint, or was until another one took what only one of them can have,
 * such as being the default.
 */
export function isInState(repository: Repository, kind: Kind, live: Content, state: string | undefined): boolean {
  const earlier = kind.before?.(live.body, () => false);
  return [live, ...(earlier === undefined ? [] : [{ ...live, body: earlier }])].some(
    (content) => contentFingerprint(repository, kind, content) === state,
  );
}

/** A fingerprint of what may well be an object of that id still, with the work done by the encoder. */
export async function encodedContentFingerprint(
  { repository, encoder }: { repository: Repository; encoder: Encoder },
  kind: Kind,
  content: Content,
  expected: string | undefined,
): Promise<string> {
  const form = formOf(content);
  const encoded = form === undefined ? undefined : await encoder.encode(form, expected);
  return encoded === undefined
    ? contentFingerprint(repository, kind, content)
    : fingerprint(encoded.id, placeOf(kind, content));
}

/** The fingerprint that an entry has when it is live to the letter; its body need not be read for it. */
export function entryFingerprint(kind: Kind, entry: Pick<ManifestEntry, 'object' | 'folderUid'>): string {
  return fingerprint(entry.object, placeOf(kind, entry));
}

function fingerprint(object: string, place: string): string {
  const short = object.slice(0, FINGERPRINT_LENGTH);
  return place === '' ? short : `${short}@${place}`;
}

/** Milliseconds between two records of what was touched, and how much of the time at most goes into writing them. */
const KEEP_EVERY = 1000;
const KEEP_SHARE = 20;

/** Where what is touched is kept while a restore goes on, so that one that was killed can be undone too. */
export interface ChangeLogPorts {
  clock: Pick<Clock, 'monotonic'>;
  keep: (log: ChangeLog) => Promise<void>;
}

/**
 * What a restore has touched so far. What it is going to write is put down before it is written, kind by kind: what
 * then was not written is as it was before, and undoing leaves it. What was read back afterwards corrects it.
 */
export class ChangeLog {
  readonly #ports: ChangeLogPorts | undefined;
  readonly #intended = new Map<string, Touched>();
  readonly #touched = new Map<string, Touched>();
  readonly #aside = new Set<string>();
  #keeping: Promise<void> | undefined;
  #keepAt = 0;

  /** @param ports - without them it is known to this process alone */
  constructor(ports?: ChangeLogPorts) {
    this.#ports = ports;
  }

  /** Puts down what will be written or deleted next. @throws if that cannot be kept, so that nothing is written */
  async intend(all: readonly Touched[]): Promise<void> {
    if (all.length === 0) {
      return;
    }
    for (const one of all) {
      this.#intended.set(keyOf(one), { ...this.#stillNew(one), open: true });
    }
    await this.#keeping;
    await this.#keep();
  }

  /** It is being written. */
  begin(touched: Touched): void {
    this.put({ ...touched, open: true });
  }

  put(touched: Touched): void {
    const key = keyOf(touched);
    this.#intended.delete(key);
    this.#touched.set(key, this.#stillNew(touched));
    this.#changed();
  }

  /** It goes with what is deleted next, and is to come back as it was. */
  setAside(touched: Pick<Touched, 'org' | 'kind' | 'uid'>): void {
    this.#aside.add(keyOf(touched));
  }

  /** It came back. */
  broughtBack(touched: Pick<Touched, 'org' | 'kind' | 'uid'>): void {
    this.#aside.delete(keyOf(touched));
    this.#changed();
  }

  /** What this restore created before it updated it, as an organization that then gets its address, is new. */
  #stillNew(touched: Touched): Touched {
    const before = this.#touched.get(keyOf(touched));
    const isNew = touched.did === 'updated' && before?.did === 'created';
    return isNew ? compact({ ...touched, did: 'created', id: before.id }) : touched;
  }

  /** Whether it is put down: what somebody else wrote meanwhile is not. */
  has(touched: Pick<Touched, 'org' | 'kind' | 'uid'>): boolean {
    return this.#touched.has(keyOf(touched));
  }

  /** What is put down about it. */
  find(touched: Pick<Touched, 'org' | 'kind' | 'uid'>): Touched | undefined {
    return this.#touched.get(keyOf(touched));
  }

  /** Whether it was deleted by itself before what Grafana deletes it with. */
  hasDeleted(touched: Pick<Touched, 'org' | 'kind' | 'uid'>): boolean {
    const known = this.find(touched);
    return known?.did === 'deleted' && known.open !== true;
  }

  /** It turned out that nothing was done to it. */
  drop(touched: Pick<Touched, 'org' | 'kind' | 'uid'>): void {
    const key = keyOf(touched);
    this.#intended.delete(key);
    this.#touched.delete(key);
    this.#changed();
  }

  list(): Touched[] {
    return this.#withAside(this.#touched);
  }

  /** The same, with what will be written next. */
  listAhead(): Touched[] {
    return this.#withAside(new Map([...this.#touched, ...this.#intended]));
  }

  #withAside(all: ReadonlyMap<string, Touched>): Touched[] {
    return [...all].map(([key, one]) => (this.#aside.has(key) ? { ...one, aside: true } : one));
  }

  /** Waits for the record that is being written, so that it does not replace a later one. */
  async settled(): Promise<void> {
    await this.#keeping;
  }

  #changed(): void {
    const { clock } = this.#ports ?? {};
    if (clock !== undefined && this.#keeping === undefined && clock.monotonic() >= this.#keepAt) {
      // What counts was kept before it was written.
      void this.#keep().catch(() => undefined);
    }
  }

  #keep(): Promise<void> {
    const { clock, keep } = this.#ports ?? {};
    if (clock === undefined || keep === undefined) {
      return Promise.resolve();
    }
    const begun = clock.monotonic();
    const kept = keep(this).finally(() => {
      const now = clock.monotonic();
      this.#keepAt = now + Math.max(KEEP_EVERY, KEEP_SHARE * (now - begun));
      this.#keeping = undefined;
    });
    this.#keeping = kept.catch(() => undefined);
    return kept;
  }
}
