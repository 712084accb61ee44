import { isConflict } from '../../contract/reasons/restore/plan.ts';
import { lackingAccounts } from '../../engine/restore/access/missing-accounts.ts';
import type { Plan, Restored } from '../../engine/restore/types.ts';
import type { Exit } from '../command.ts';
import type { RestoreFlags } from './request.ts';

/** The result of an applied plan, and its run. */
export interface Applied extends Restored {
  run: string;
  /** The command that repeats the restore. */
  finish: string;
  /** Why the record of the run could not be written. */
  unkept?: string;
}

/**
 * Partial when anything that was asked for could not be brought back as it was, or is left to a person, or when the
 * record of the run does not say how it ended.
 */
export function exitOf({ items }: Plan, restored: Applied | undefined, flags: RestoreFlags): Exit {
  const left = items.some(({ action }) => action === 'blocked') || lackingAccounts(items, flags).length > 0;
  const isBad = restored?.results.some(({ outcome }) => outcome === 'failed' || outcome === 'differs') === true;
  const isPartial = restored !== undefined && (left || isBad || restored.unkept !== undefined);
  return isPartial || items.some(isConflict) ? 3 : 0;
}
