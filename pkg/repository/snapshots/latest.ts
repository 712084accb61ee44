import { isFull, isRegularBackup, type Manifest } from '../../contract/manifest.ts';
import type { Abortable } from '../../lib/abortable.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { reason, sentenceOf } from '../../contract/reasons/catalogue.ts';
import type { Log } from '../../contract/ports.ts';
import type { TimePorts } from '../clocks.ts';
import { parseSnapshotKey, printable, snapshotKey, SNAPSHOTS } from '../layout.ts';
import { latestReason } from './coverage.ts';
import { futureSnapshots, warnOfLater } from './future.ts';
import {
  listSnapshots,
  openManifest,
  type ManifestPorts,
  type OpenedManifest,
  type StoredManifest,
} from './manifests.ts';
import { claimedForm } from './claimed-form.ts';
import { newestKeys, type TimedKey } from './newest-keys.ts';
import { isUnreadable } from '../index/snapshots.ts';

/** How many of the newest manifests are tried to find readable ones. */
const LOOK_BACK = 5;
/** And of how many the signatures are looked at, to find those that are not foreign. */
const LOOK_BACK_AT_SIGNATURES = 100;

/** A manifest of which the head was read, and its key as it was listed. */
interface ListedManifest extends OpenedManifest {
  key: TimedKey;
}

/** What was foreign. */
interface Skipped {
  foreign: number;
  /** What is wrong with the newest one that was probably signed and changed since. */
  problem?: string | undefined;
}

/** Finds snapshots by id, and the newest ones that count. */
export class SnapshotFinder {
  readonly #ports: ManifestPorts & TimePorts;
  readonly #log: Log;

  constructor(ports: ManifestPorts & TimePorts & { log: Log }) {
    this.#ports = ports;
    this.#log = ports.log;
  }

  /** The one snapshot whose id starts so, or 'latest'. @throws DK_NOT_FOUND; for 'latest' also what `latest` throws */
  async find(start: string, calls: Abortable): Promise<TimedKey> {
    if (start === 'latest') {
      return (await this.latest(calls)).key;
    }
    const { store } = this.#ports;
    const matches = /^[0-9a-fTZ-]+$/.test(start) ? await listSnapshots(store, { ...calls, start }) : [];
    return onlyMatch(start, matches);
  }

  /**
   * The newest snapshot that was taken for its own sake and is neither foreign nor from the future. One taken for
   * safety before a restore, of an empty Grafana say, must not become what the next restore of the latest brings back.
   * Its entries are not read yet.
   * @throws DK_NOT_FOUND, DK_MANIFEST_DAMAGED, DK_IDENTITY_MISSING
   */
  async latest(calls: Abortable): Promise<ListedManifest> {
    this.#ports.trust.keys.assertRemembered();
    let newest: ListedManifest | undefined;
    const skipped: Skipped = { foreign: 0 };
    const future: string[] = [];
    for await (const key of this.#newestFirst([LOOK_BACK, Infinity], calls, future)) {
      const opened = await this.#openUnlessForeign(key, calls, skipped);
      if (opened === undefined || opened.head.origin !== undefined) {
        continue;
      } else if (isRegularBackup(opened.head)) {
        warnOfLater({ ...this.#ports, log: this.#log }, opened.head.id);
        const why = latestReason(opened.head);
        if (why !== undefined) {
          this.#log.warn({}, sentenceOf(why));
        }
        if (skipped.foreign > 0) {
          // A person who once backed up from here would otherwise restore that old backup, and see no difference.
          this.#log.warn(
            { snapshots: skipped.foreign, latest: opened.head.id },
            `newer snapshots are skipped, because ${skipped.problem ?? 'no trusted key signed them'}: ` +
              '`dashkeep snapshots` lists them. Those with the trigger safety are never the latest one',
          );
        }
        return { ...opened, key };
      } else {
        newest ??= { ...opened, key };
      }
    }
    if (newest !== undefined) {
      return newest;
    }
    const { description } = this.#ports.store;
    const { foreign, problem } = skipped;
    if (problem !== undefined) {
      throw new DashkeepError('DK_NOT_FOUND', `no snapshot in ${description} is valid: ${problem}`, {
        advice: reason('restore-signed', { command: 'dashkeep verify' }),
      });
    }
    throw foreign === 0
      ? new DashkeepError('DK_NOT_FOUND', noneIn(description, future.length))
      : new DashkeepError('DK_NOT_FOUND', `no trusted key signed any of the ${foreign} snapshots in ${description}`, {
          advice: reason('look-up-signers', { command: 'dashkeep keys', trust: 'dashkeep trust <fingerprint>' }),
        });
  }

  /**
   * Up to that many of the newest manifests that are neither foreign nor from the future, that this process can read,
   * and whose object ids are those it would give.
   */
  async reusable(count: number, calls: Abortable): Promise<StoredManifest[]> {
    const { trust } = this.#ports;
    const found: StoredManifest[] = [];
    if (trust.standing !== 'pinned') {
      return found;
    }
    let tried = 0;
    for await (const key of this.#newestFirst([LOOK_BACK, LOOK_BACK_AT_SIGNATURES], calls)) {
      try {
        const opened = await this.#openUnlessForeign(key, calls);
        if (opened?.head.origin !== undefined) {
          continue;
        }
        const stored = opened?.whole();
        tried += stored === undefined ? 0 : 1;
        if (stored?.current === true && found.push(stored) === count) {
          break;
        }
      } catch (error) {
        if (!isUnreadable(error)) {
          throw error;
        }
        tried++;
        this.#log.warn(
          { snapshot: key.id, code: error.code },
          'a recent snapshot cannot be read; looking further back',
        );
      }
      if (tried === LOOK_BACK) {
        break;
      }
    }
    return found;
  }

  /** @param skipped - gets the IDs of those from the future */
  async *#newestFirst(limits: readonly number[], calls: Abortable, skipped: string[] = []): AsyncGenerator<TimedKey> {
    const seen = new Set<string>();
    for (const limit of limits) {
      const keys = await this.#newest(limit, calls);
      const future = await futureSnapshots(this.#ports, keys, calls);
      for (const key of keys.filter(({ id }) => !seen.has(id))) {
        seen.add(key.id);
        if (future.has(key.id)) {
          skipped.push(key.id);
          this.#log.warn(
            { snapshot: key.id, code: 'DK_SNAPSHOT_FUTURE' },
            'a snapshot is dated in the future: it is skipped',
          );
        } else {
          yield key;
        }
      }
      if (keys.length < limit) {
        return;
      }
    }
  }

  #newest(limit: number, { signal }: Abortable): Promise<TimedKey[]> {
    return newestKeys(this.#ports.store, SNAPSHOTS, parseSnapshotKey, { limit, now: this.#ports.clock.now(), signal });
  }

  /** Undefined for what is foreign; where keys are trusted, mostly without reading it. */
  async #openUnlessForeign(
    listed: TimedKey,
    calls: Abortable,
    skipped: Skipped = { foreign: 0 },
  ): Promise<OpenedManifest | undefined> {
    const { trust } = this.#ports;
    const key = await claimedForm(trust, listed, calls);
    const file = snapshotKey(key.id, key.encrypted);
    const claims = await trust.claims(file, calls);
    if (trust.standing === 'pinned' && !(await trust.isClaimed(file, claims, calls))) {
      skipped.foreign++;
      skipped.problem ??= claims.length === 0 ? `the signature of snapshot ${key.id} is missing` : undefined;
      return undefined;
    }
    const opened = await openManifest(this.#ports, key, { ...calls, claims });
    if (trust.shows(opened.author)) {
      return opened;
    }
    skipped.foreign++;
    if (opened.author.mismatch) {
      skipped.problem ??= `snapshot ${key.id} does not match its signature`;
      this.#log.warn({ snapshot: key.id }, 'a snapshot does not match its trusted signature: it is skipped');
    }
    return undefined;
  }
}

function noneIn(place: string, future: number): string {
  const are = future === 1 ? '1 snapshot is' : `${future} snapshots are`;
  return future === 0
    ? `there is no snapshot in ${place} yet`
    : `${are} dated later than the clock, and there is no other one in ${place}: specify one by its ID`;
}

/** @returns the one that starts so. @throws DK_NOT_FOUND when there is none, or more than one */
export function onlyMatch<T>(start: string, matches: readonly T[]): T {
  const [first] = matches;
  if (first === undefined) {
    throw new DashkeepError('DK_NOT_FOUND', `there is no snapshot '${printable(start)}'`);
  }
  if (matches.length > 1) {
    throw new DashkeepError('DK_NOT_FOUND', `${matches.length} snapshots start with '${printable(start)}'`, {
      advice: reason('lengthen-id'),
    });
  }
  return first;
}

/**
 * Whether earlier snapshots may hold much that this one lacks: it is not full, such as one of an empty Grafana before a
 * restore, or it began a history, and others were trusted only later.
 */
export function mayLackMuch(manifest: Manifest): boolean {
  const isFirst = manifest.changes?.added === manifest.resources.length;
  return isFirst || (!isFull(manifest) && (manifest.status === 'partial' || manifest.basedOn === undefined));
}
