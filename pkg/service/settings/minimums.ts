import type { SettingsValues, TargetSettings } from '../../contract/api/settings.ts';
import { reason, type KnownReason } from '../../contract/reasons/catalogue.ts';
import { isAsStrict, type ObjectLock } from '../../storage/object-lock.ts';
import type { ServiceConfig } from '../config.ts';

/** Something that the deployment requires: a page can make it stricter, never weaker. */
export interface Minimum {
  /** What holds instead of a weaker value, by dotted path. */
  leaves: ReadonlyMap<string, unknown>;
  source: string;
  why: KnownReason;
  /** The first setting that is weaker; undefined where none is. */
  weaker(values: SettingsValues): string | undefined;
}

/** @param shared - whether backups can cover other organizations than the home one */
export function minimumsOf(
  { settings, objectLock }: Pick<ServiceConfig, 'settings' | 'objectLock'>,
  shared: boolean,
): Minimum[] {
  const given = (path: string): string | undefined => settings.get(path)?.from;
  const minimums: Minimum[] = [];
  if (objectLock !== undefined) {
    minimums.push(lockMinimum(objectLock.value, objectLock.from));
  }
  const encrypts = given('encryption.recipients') ?? (shared ? 'DASHKEEP_ORGS' : undefined);
  if (encrypts !== undefined && given('scope.plainCopies') === undefined) {
    minimums.push(plainCopiesMinimum(encrypts));
  }
  const counts = [...settings].filter(([path]) => path.startsWith('retention.keep') && path !== WITHIN);
  if (given(WITHIN) === undefined && counts.length === RULES && counts.every(([, { value }]) => value === 0)) {
    minimums.push(keepAllMinimum(counts.map(([, { from }]) => from).join(', ')));
  }
  return minimums;
}

function lockMinimum(required: ObjectLock, source: string): Minimum {
  const mode = required.mode === 'COMPLIANCE' ? 'compliance' : 'governance';
  return {
    leaves: new Map<string, unknown>([
      ['target.objectLock.mode', mode],
      ['target.objectLock.days', required.days],
    ]),
    source,
    why: reason('lock-minimum', { lock: `${required.mode}:${required.days}`, source }),
    weaker({ target: { objectLock } }) {
      const lock = lockOf(objectLock);
      if (lock !== undefined && isAsStrict(lock, required)) {
        return undefined;
      }
      return lock === undefined || !isAsStrict({ ...lock, days: required.days }, required)
        ? 'target.objectLock.mode'
        : 'target.objectLock.days';
    },
  };
}

/** Files beside the snapshots are not encrypted. */
function plainCopiesMinimum(source: string): Minimum {
  const path = 'scope.plainCopies';
  return {
    leaves: new Map([[path, 'auto']]),
    source,
    why: reason('plain-copies-minimum', { variable: 'DASHKEEP_PLAIN_COPIES' }),
    weaker: ({ scope }) => (scope.plainCopies === 'on' ? path : undefined),
  };
}

const WITHIN = 'retention.keepWithin';
/** All rules but that one. */
const RULES = 6;

/** Where no rule is set everything stays, so a rule more removes something. */
function keepAllMinimum(source: string): Minimum {
  return {
    leaves: new Map([[WITHIN, '']]),
    source,
    why: reason('keep-all-minimum', { source }),
    weaker: ({ retention }) => (retention.keepWithin === '' ? undefined : WITHIN),
  };
}

/** Object lock as the settings mean it; undefined where it is off. */
export function lockOf({ mode, days }: TargetSettings['objectLock']): ObjectLock | undefined {
  return mode === 'none' ? undefined : { mode: mode === 'compliance' ? 'COMPLIANCE' : 'GOVERNANCE', days };
}
