import { reasonOf } from '../contract/errors.ts';
import { isWorse } from '../contract/losses/mass-change.ts';
import type { Manifest } from '../contract/manifest.ts';
import { reason, type KnownReason } from '../contract/reasons/catalogue.ts';
import { timeOfHolds } from '../repository/clocks.ts';
import { holdSnapshot } from '../repository/holds/holds.ts';
import { shrunkReason, upgradeReason } from '../repository/snapshots/coverage.ts';
import type { Run } from './run.ts';
import type { Session } from './session.ts';

const HOLD_DAYS = 90;

/**
 * Puts the snapshot before a mass change, or before an upgrade of Grafana, on hold when a backup first sees it.
 * @param before - the snapshot before the new one
 * @returns what the record of the backup warns of
 */
export async function guard(
  session: Pick<Session, 'repository' | 'randomness' | 'log'>,
  manifest: Manifest,
  before: Manifest | undefined,
  { signal }: Pick<Run, 'signal'>,
): Promise<KnownReason[]> {
  const { shrunk, upgrade, id, started } = manifest;
  const warnings: KnownReason[] = [];
  const hold = async (snapshot: string, note: string): Promise<void> => {
    try {
      await holdUntilSeen(session, snapshot, note, signal);
    } catch (error) {
      signal.throwIfAborted();
      const cause = reasonOf(error);
      session.log.warn({ snapshot, reason: cause }, 'the snapshot could not be put on hold');
      warnings.push(reason('hold-failed', { snapshot, cause }));
    }
  };
  // Afterwards a person may have released it.
  if (upgrade !== undefined && (upgrade.first === undefined || upgrade.first === id)) {
    await hold(upgrade.since, `before ${upgrade.from} → ${upgrade.to}`);
  }
  if (shrunk !== undefined) {
    warnings.push(shrunkReason(shrunk));
    if (before?.shrunk?.since !== shrunk.since) {
      await hold(
        shrunk.since,
        `before the changes that the backup of ${started.slice(0, 16).replace('T', ' ')} UTC reports`,
      );
    } else if (isWorse(shrunk, before.shrunk)) {
      warnings.push(reason('loss-grown', { since: shrunk.since }));
    }
  }
  return upgrade?.first === id ? [...warnings, upgradeReason(upgrade)] : warnings;
}

/** A hold of a person that lasts as long is left alone. */
async function holdUntilSeen(
  { repository, randomness }: Pick<Session, 'repository' | 'randomness'>,
  snapshot: string,
  note: string,
  signal: AbortSignal,
): Promise<void> {
  const now = await timeOfHolds(repository, { signal });
  const until = new Date(now.getTime() + HOLD_DAYS * 86_400_000);
  const holds = (await repository.annotations.read({ signal })).active.get(snapshot) ?? [];
  const lasts = ({ content }: (typeof holds)[number]): boolean =>
    content !== undefined && (content.until === undefined || Date.parse(content.until) >= until.getTime());
  if (!holds.some(lasts)) {
    await holdSnapshot(repository, snapshot, { note, by: 'Dashkeep', until }, { randomness, signal });
  }
}
