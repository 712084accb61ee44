import * as z from 'zod';
import type { Abortable } from '../../lib/abortable.ts';
import { MAX_RECORD_BYTES } from '../objects/codec.ts';
import { parseObjectKey, PRUNES } from '../layout.ts';
import { ORPHAN_AGE_MS } from '../objects/orphans.ts';
import type { ListedObject } from '../objects/listing.ts';
import type { Survey } from './survey.ts';
import type { Repository } from '../repository.ts';
import { hasCode, valueIf } from '../../lib/expected-errors.ts';

/** Time that lies between finding a candidate and removing it, by the store's clock. */
const BETWEEN_PHASES = 4 * 3_600_000;

const Candidate = z.object({
  key: z.string().refine((key) => parseObjectKey(key) !== undefined),
  lastModified: z.iso.datetime(),
});
const CandidateFile = z.object({ format: z.literal(1), id: z.string(), candidates: z.array(Candidate) });

/** What one prune found unneeded: `prune/<id>.json`. */
export interface CandidateList {
  key: string;
  lastModified: Date;
  candidates: z.infer<typeof Candidate>[];
}

/** @returns the candidates of earlier prunes, a list for each; damaged ones are left out with a warning */
export async function readCandidateLists(
  { store, log }: Repository,
  { signal }: Abortable = {},
): Promise<CandidateList[]> {
  const lists: CandidateList[] = [];
  for await (const { key, lastModified } of store.list(PRUNES, { signal })) {
    const bytes = await store
      .get(key, { signal, maxBytes: MAX_RECORD_BYTES })
      .catch(valueIf(hasCode('DK_STORE_NOT_FOUND'), undefined));
    if (bytes === undefined) {
      continue;
    }
    try {
      lists.push({ key, lastModified, candidates: CandidateFile.parse(JSON.parse(bytes.toString('utf8'))).candidates });
    } catch {
      // Without it its candidates are only marked again, four hours later.
      log.warn({ object: key }, 'the marks of an earlier prune are damaged and are ignored');
      lists.push({ key, lastModified, candidates: [] });
    }
  }
  return lists;
}

/** Of what is unneeded now: what an earlier prune marked long enough ago, and what is new or was marked just now. */
export function sortByAge(
  lists: readonly CandidateList[],
  found: Survey,
): { ripe: ListedObject[]; unripe: ListedObject[] } {
  const marked = new Map<string, { seen: string; ripe: boolean }>();
  for (const { lastModified, candidates } of lists) {
    const ripe = found.now.getTime() - lastModified.getTime() >= BETWEEN_PHASES;
    for (const { key, lastModified: seen } of candidates) {
      if (ripe || !marked.has(key)) {
        marked.set(key, { seen, ripe });
      }
    }
  }
  const sorted: { ripe: ListedObject[]; unripe: ListedObject[] } = { ripe: [], unripe: [] };
  for (const object of found.unneeded.values()) {
    const before = marked.get(object.key);
    // One that was put again since it was marked starts over.
    const isRipe = before?.ripe === true && before.seen === object.lastModified.toISOString();
    sorted[isRipe ? 'ripe' : 'unripe'].push(object);
  }
  return sorted;
}

/**
 * Marks what is not marked yet; lists whose candidates are all gone or marked elsewhere are removed.
 * @returns how many objects were marked.
 */
export async function renewCandidateLists(
  { store }: Repository,
  id: string,
  { lists, found, unripe }: { lists: readonly CandidateList[]; found: Survey; unripe: readonly { key: string }[] },
  { signal }: Abortable = {},
): Promise<number> {
  const waiting = new Set<string>();
  const settled: string[] = [];
  for (const { key, lastModified, candidates } of lists) {
    const age = found.now.getTime() - lastModified.getTime();
    const still = candidates.filter(({ key: object, lastModified: seen }) => {
      return found.unneeded.get(object)?.lastModified.toISOString() === seen;
    });
    if (age < BETWEEN_PHASES) {
      still.forEach(({ key: object }) => waiting.add(object));
    } else if (still.length === 0 || age > ORPHAN_AGE_MS) {
      settled.push(key);
    }
  }
  const fresh = unripe.filter(({ key }) => !waiting.has(key));
  if (fresh.length > 0) {
    const candidates = fresh.map(({ key }) => ({
      key,
      lastModified: found.unneeded.get(key)?.lastModified.toISOString() ?? '',
    }));
    const body = Buffer.from(`${JSON.stringify({ format: 1, id, candidates })}\n`);
    await store.put(`${PRUNES}${id}.json`, body, { contentType: 'application/json', transient: true, signal });
  }
  if (settled.length > 0) {
    await store.deleteMany(settled, { signal });
  }
  return fresh.length;
}
