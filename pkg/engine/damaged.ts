import type { Repository } from '../repository/repository.ts';
import { knownDamage, rememberDamage, type Damage } from '../repository/verify/damage.ts';
import type { Abortable } from '../lib/abortable.ts';
import type { ListedRun } from './runs.ts';

/**
 * Objects that verifications found damaged, back to the last one that read everything: those in the local state, and
 * those in later records that a trusted key signed. No other record adds any: anyone who can write to the target can
 * write one, and an object that is suspected counts as damaged where no identity reads it.
 * @param runs - newest first
 * @returns with the newest verification that this is from; undefined where none is known
 */
export async function damagedBefore(
  repository: Pick<Repository, 'trust' | 'run'>,
  runs: readonly ListedRun[],
  { signal }: Abortable,
): Promise<Damage | undefined> {
  const known = await knownDamage(repository.trust.keys.state);
  const suspects = new Set<string>();
  let newest: string | undefined;
  for (const { id, kind, future } of runs) {
    if (known !== undefined && id <= known.run) {
      break;
    }
    const stored = kind === 'verify' && future !== true ? await repository.run(id, { signal }) : undefined;
    if (stored === undefined || stored.record.kind !== 'verify' || !repository.trust.counts(stored.author)) {
      continue;
    }
    newest ??= id;
    const { status, failure, snapshot, counts, errors, warned = [] } = stored.record;
    for (const { code, params } of [...errors, ...warned]) {
      const object = code === 'DK_OBJECT_DAMAGED' ? params?.['object'] : undefined;
      if (object !== undefined) {
        suspects.add(object);
      }
    }
    const hasEnded = status === 'complete' || (status === 'failed' && failure === undefined);
    const { snapshots, objects = 0, read = 0 } = counts;
    // Another machine may not know what was found here: it proves only what it read.
    if (hasEnded && snapshot === undefined && snapshots !== 0 && read >= objects) {
      return { run: newest, objects: [...suspects] };
    }
  }
  known?.objects.forEach((object) => suspects.add(object));
  const run = newest ?? known?.run;
  return run === undefined ? undefined : { run, objects: [...suspects] };
}

/** The same for a run that reads no record of a verification unless one may have found damage. */
export async function damageOf(
  repository: Pick<Repository, 'trust' | 'run'>,
  runs: readonly ListedRun[],
  calls: Abortable,
): Promise<Damage | undefined> {
  const known = await knownDamage(repository.trust.keys.state);
  const mayBeDamage = ({ id, kind, status }: ListedRun): boolean =>
    kind === 'verify' && status === 'failed' && (known === undefined || id > known.run);
  const isAny = (known?.objects ?? []).length > 0 || runs.some(mayBeDamage);
  return isAny ? damagedBefore(repository, runs, calls) : undefined;
}

/** Keeps in the local state that objects were stored again, so that the next run does not do that once more. */
export async function forgetDamage(
  { trust, log }: Pick<Repository, 'trust' | 'log'>,
  { run, objects }: Damage,
  stored: ReadonlySet<string>,
): Promise<void> {
  const { state } = trust.keys;
  // A verification may have ended here in the meantime.
  const now = await knownDamage(state);
  const all = new Set([...(now?.objects ?? []), ...objects]);
  const newest = now !== undefined && now.run > run ? now.run : run;
  const damaged = [...all].filter((object) => !stored.has(object));
  await rememberDamage({ state, log }, { ...now, run: newest, objects: damaged });
}
