import { compact } from '../../contract/compact.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { NOTE_MAX } from '../../contract/note-max.ts';
import type { Randomness } from '../../contract/ports.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import type { Abortable } from '../../lib/abortable.ts';
import { timeOfHolds } from '../clocks.ts';
import { holdKey, noteKey, signatureKey, snapshotKey, type NamedKey } from '../layout.ts';
import type { Repository } from '../repository.ts';
import { readSignature } from '../signing/claims.ts';
import { claimedForm } from '../snapshots/claimed-form.ts';
import { onlyMatch } from '../snapshots/latest.ts';
import { fetchManifest, readNeeds } from '../snapshots/manifests.ts';
import { putFile, writeAnnotation, type Annotation } from './annotation.ts';
import type { Hold } from './annotations.ts';
import { putBackHeld } from './copies.ts';

/** What a person says of a snapshot. */
export interface HoldRequest {
  note: string;
  by?: string | undefined;
  /** When the hold ends; until it is released by default. */
  until?: Date | undefined;
}

/**
 * Puts a snapshot on hold: nothing removes it until a person releases it. A hold before ends, once this one is there.
 * The hold comes first, and then a look whether the snapshot is there. A removal looks for holds
 * afterwards.
 * @returns the full id
 * @throws DK_USAGE, DK_NOT_FOUND; DK_SNAPSHOT_FOREIGN, DK_MANIFEST_DAMAGED for what there is no use in holding
 */
export async function holdSnapshot(
  repository: Repository,
  start: string,
  { note, by, until }: HoldRequest,
  { randomness, signal }: Abortable & { randomness: Randomness },
): Promise<string> {
  const { trust } = repository;
  const calls = { signal };
  assertNote(note);
  // Others judge the end by the time that all machines share.
  const now = await timeOfHolds(repository, calls);
  if (until !== undefined && !(until > now)) {
    throw new DashkeepError('DK_USAGE', 'the end of a hold must be in the future');
  }
  trust.keys.assertRemembered();
  const key = await repository.find(start, calls);
  const former = (await repository.annotations.read(calls)).active.get(key.id) ?? [];
  const time = now.toISOString();
  const content = compact({ format: 1 as const, snapshot: key.id, note, by, time, until: until?.toISOString() });
  await placeHold(repository, key, randomness.hex(4), content, calls);
  await putBackHeld(repository, calls);
  await endHolds(repository, former, compact({ by, time }), calls);
  return key.id;
}

/**
 * Writes a hold, with a copy of the manifest that it keeps.
 * @param hold - its id, eight hex digits
 * @throws DK_SNAPSHOT_FOREIGN, DK_MANIFEST_DAMAGED for what there is no use in holding
 */
export async function placeHold(
  repository: Repository,
  listed: NamedKey,
  hold: string,
  content: Annotation,
  calls: Abortable,
): Promise<void> {
  const { store, trust } = repository;
  const { id, encrypted } = await claimedForm(trust, listed, calls);
  const file = snapshotKey(id, encrypted);
  const manifestSignature = await readSignature(store, signatureKey(file), calls);
  const fetched = fetchManifest(repository, { id, encrypted }, calls);
  const { author } = await readNeeds(repository, { id, encrypted }, { ...calls, fetched });
  if (!trust.counts(author)) {
    throw new DashkeepError('DK_SNAPSHOT_FOREIGN', `no trusted key signed ${id}`);
  }
  // The copy is first: it stops a prune of earlier releases, and a hold without one would leave unknown what it needs.
  await putFile(store, holdKey(id, hold, encrypted), (await fetched).bytes, calls);
  await writeAnnotation(repository, compact({ ...content, manifestSignature }), hold, calls);
}

/**
 * Ends all holds of a snapshot.
 * @returns the full id
 * @throws DK_NOT_FOUND when it is not on hold, DK_SNAPSHOT_FOREIGN where no key is trusted yet
 */
export async function releaseSnapshot(
  repository: Repository,
  start: string,
  { by, signal }: Abortable & { by?: string | undefined },
): Promise<string> {
  assertTrusting(repository);
  const { active } = await repository.annotations.read({ signal });
  const wanted = start === 'latest' ? (await repository.find(start, { signal })).id : start;
  const held = [...active.keys()].filter((id) => id.startsWith(wanted));
  if (held.length === 0) {
    throw new DashkeepError('DK_NOT_FOUND', `no snapshot '${wanted.slice(0, 40)}' is on hold`);
  }
  const id = onlyMatch(
    wanted,
    held.map((one) => ({ id: one })),
  ).id;
  await putBackHeld(repository, { signal });
  const time = repository.clock.now().toISOString();
  await endHolds(repository, active.get(id) ?? [], compact({ by, time }), { signal });
  return id;
}

/** Ends holds. The end is signed, too: a copy that is gone ends nothing. */
export async function endHolds(
  repository: Repository,
  holds: readonly Hold[],
  released: NonNullable<Annotation['released']>,
  { signal }: Abortable,
): Promise<void> {
  const { store, log } = repository;
  for (const { snapshot, id, content, copies } of holds) {
    const known = content ?? { format: 1, snapshot, note: '', time: released.time };
    await writeAnnotation(repository, { ...known, released }, id, { signal });
    for (const { key, problem } of await store.deleteMany(copies, { signal })) {
      if (problem !== undefined) {
        log.warn({ object: key, reason: problem.message }, 'a later prune removes the copy of a hold that ended');
      }
    }
  }
}

/**
 * Writes a note about a snapshot in place of the one before. An empty text removes it, and is stored like any other, so
 * that a copy of the repository follows.
 * @returns the full id
 * @throws DK_USAGE, DK_NOT_FOUND, DK_SNAPSHOT_FOREIGN where no key is trusted yet
 */
export async function noteSnapshot(
  repository: Repository,
  start: string,
  { note, by }: HoldRequest,
  { signal }: Abortable,
): Promise<string> {
  assertNote(note);
  assertTrusting(repository);
  const { id } = await repository.find(start, { signal });
  const time = repository.clock.now().toISOString();
  const content = compact({ format: 1 as const, snapshot: id, note, by, time });
  await writeAnnotation(repository, content, undefined, { signal });
  // One of before encryption was switched on could be read by anyone. Where nothing may be deleted, it stays.
  await repository.store.deleteMany([noteKey(id, undefined, !repository.keyring.encrypted)], { signal });
  return id;
}

/** @throws DK_SNAPSHOT_HELD */
export async function assertNotHeld(repository: Repository, id: string, calls: Abortable): Promise<void> {
  if ((await repository.annotations.read(calls)).active.has(id)) {
    throw new DashkeepError('DK_SNAPSHOT_HELD', `${id} is on hold`, {
      advice: reason('release-first', { command: `dashkeep release ${id}` }),
    });
  }
}

/** What others signed must not be replaced by someone who cannot tell whether it is genuine. */
function assertTrusting({ trust, store }: Repository): void {
  trust.keys.assertRemembered();
  if (trust.standing !== 'pinned') {
    throw new DashkeepError(
      'DK_SNAPSHOT_FOREIGN',
      `this machine does not trust a key that signs in ${store.description} yet`,
      {
        advice: reason('look-up-signers', { command: 'dashkeep keys', trust: 'dashkeep trust <fingerprint>' }),
      },
    );
  }
}

function assertNote(note: string): void {
  if (note.length > NOTE_MAX || /[\p{Cc}]/u.test(note)) {
    throw new DashkeepError('DK_USAGE', `a note is one line of at most ${NOTE_MAX} characters`);
  }
}
