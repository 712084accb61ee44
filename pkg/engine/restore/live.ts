import { compact } from '../../contract/compact.ts';
import type { DashkeepError } from '../../contract/errors.ts';
import type { ManifestEntry } from '../../contract/manifest.ts';
import { ByteBudget, LARGE_BYTES } from '../../grafana/http/byte-budget.ts';
import { isUnreadable } from '../../grafana/http/errors.ts';
import type { Kind, KindContext, Listed } from '../../grafana/kinds/kind.ts';
import type { Content } from '../../grafana/kinds/content.ts';
import { releaseForm } from '../../grafana/kinds/text-content.ts';
import { withReservation } from '../backup/large-bodies.ts';
import { forEachConcurrently } from '../../lib/concurrency/each-at-once.ts';
import { hasCode } from '../../lib/expected-errors.ts';
import { TaskPool } from '../../lib/concurrency/task-pool.ts';
import type { AsStored, RecentKind } from '../recent.ts';

/** Up to this many resources are read one by one; more are found by listing the kind, which then costs less. */
const READ_SINGLY = 32;

/** The same of what no list shows: then even a list takes one request for each, unless a backup read them recently. */
const READ_SINGLY_UNLISTED = 100;

/**
 * Of kinds whose lists hold all bodies, or take many requests, a list of everything costs as much as reading this part
 * of it one by one.
 */
const WORTH_A_LIST = 0.25;

/** Read and looked at concurrently: more than the concurrent requests, which Grafana decides on. */
const READS_AT_ONCE = 80;

/** Nothing is read of these, but what is stored may be. */
const MISSING_AT_ONCE = 16;

export interface Visit {
  kind: Kind;
  context: KindContext;
  wanted: readonly Listed[];
  /** About how many of the kind there are in all. */
  total: number;
  /** Whether the live body is the one that is looked for; decides on bodies that the server converted for a list. */
  isSame(uid: string, live: Content): boolean;
  /** What the last backup knows; see `isAsStored`. */
  recent?: RecentKind;
  /** Whether it is enough to know that the resource is as the last backup has it: then `each` doesn't get it. */
  isAsStored?(uid: string, stored: AsStored): boolean;
  /** Gets all that is live of the kind, where that had to be listed. */
  allListed?(all: readonly Listed[]): Promise<void>;
  /**
   * Gets each wanted resource with what is live under its uid, undefined where nothing is. Must not keep the content.
   */
  each(uid: string, live: Content | undefined): Promise<void>;
  /**
   * Gets those of which so much is live that no one can look at it, and those that the credentials may not read. Anyone
   * who may edit one resource can make it so, which must not end the work on all others.
   */
  unreadable(uid: string, error: DashkeepError): void;
}

/**
 * Looks at what is live. Contents are handed over as they come and freed afterwards, so that thousands do not fill the
 * memory.
 * @throws what reading throws: what cannot be read is not the same as what is not there.
 */
export async function visitLive(visit: Visit): Promise<void> {
  const { kind, context, wanted, recent, isSame, isAsStored, each, unreadable } = visit;
  const reading = new TaskPool(READS_AT_ONCE);
  const budget = new ByteBudget(LARGE_BYTES);
  const show = async (uid: string, live: Content | undefined): Promise<void> => {
    await each(uid, live);
    if (live !== undefined) {
      releaseForm(live);
    }
  };
  const looking = async (uid: string, look: () => Promise<void>): Promise<void> => {
    try {
      await look();
    } catch (error) {
      if (!isUnread(error)) {
        throw error;
      }
      unreadable(uid, error);
    }
  };
  const read = async (one: Listed): Promise<void> => {
    await budget.room();
    await reading.add(async () => {
      const share = budget.open();
      try {
        await looking(one.uid, async () => show(one.uid, await kind.read(withReservation(kind, context, share), one)));
      } finally {
        share.close();
      }
    });
  };
  if (isFew(visit)) {
    for (const one of wanted) {
      await read(one);
    }
    await reading.drain();
    return;
  }
  const left = new Set(wanted.map(({ uid }) => uid));
  const seen: Listed[] = [];
  try {
    for await (const { content, converted, ...listed } of all(kind, context, recent)) {
      seen.push(listed);
      if (!left.delete(listed.uid)) {
        continue;
      }
      const stored = content === undefined ? recent?.stored(listed) : undefined;
      if (stored !== undefined && isAsStored?.(listed.uid, stored) === true) {
        continue;
      }
      await looking(listed.uid, async () => {
        if (content === undefined || (converted === true && !isSame(listed.uid, content))) {
          // Goes on beside the list.
          await read(listed);
        } else {
          await show(listed.uid, content);
        }
      });
    }
  } catch (error) {
    if (!isUnread(error)) {
      throw error;
    }
    // What the rest of the list would show is unknown: that is not the same as missing.
    await reading.drain();
    left.forEach((uid) => unreadable(uid, error));
    return;
  }
  await visit.allListed?.(seen);
  await reading.drain();
  const serving = left.size === 0 ? undefined : await kind.serves(context);
  if (serving?.served === true && serving.lacking !== undefined) {
    // The list may leave out what the account may not see: only Grafana's answer for each one shows which.
    for (const one of wanted.filter(({ uid }) => left.has(uid))) {
      await read(one);
    }
    await reading.drain();
    return;
  }
  await forEachConcurrently(MISSING_AT_ONCE, [...left], (uid) => looking(uid, () => show(uid, undefined)));
}

/** Whether it is only about what was to be read: no one may, or can, look at it with these credentials. */
function isUnread(error: unknown): error is DashkeepError {
  return isUnreadable(error) || hasCode('DK_GRAFANA_FORBIDDEN')(error);
}

/** Whether `visitLive` reads them one by one. */
export function isFew({ kind, wanted, total, recent }: Pick<Visit, 'kind' | 'wanted' | 'total' | 'recent'>): boolean {
  if (wanted.length <= READ_SINGLY) {
    return true;
  }
  if (recent !== undefined) {
    return kind.owner !== undefined && wanted.length <= READ_SINGLY_UNLISTED;
  }
  if (kind.readsTogether === true && wanted.every(({ revision }) => revision !== undefined)) {
    return true;
  }
  const isListLong = kind.listConverted !== undefined || kind.staleAfter !== undefined;
  return isListLong && wanted.length < total * WORTH_A_LIST;
}

function all(kind: Kind, context: KindContext, recent: RecentKind | undefined): AsyncIterable<Listed> {
  if (recent !== undefined) {
    return kind.list(context, recent.known);
  }
  return kind.listConverted?.(context) ?? kind.list(context, { revision: () => undefined, size: 0 });
}

/**
 * A stored resource as a listing would show it under that uid: some kinds take from there what the resource itself
 * lacks. Under another uid its revision says nothing.
 */
export function asListed(entry: ManifestEntry, uid: string): Listed {
  const { title, folderUid, apiVersion } = entry;
  const storedVersion = apiVersion?.split('/').at(-1);
  const revision = uid === entry.uid ? entry.revision : undefined;
  return compact({ uid, title, folderUid, storedVersion, revision });
}
