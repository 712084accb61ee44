import { NOTIFICATION_EVENTS, type SettingsValues } from '../../contract/api/settings.ts';

/** What holds where neither the deployment nor a person says anything. */
export const DEFAULT_SETTINGS: SettingsValues = {
  target: {
    url: '',
    preset: 'other',
    endpoint: '',
    region: '',
    forcePathStyle: null,
    profile: '',
    objectLock: { mode: 'none', days: 0 },
  },
  schedule: {
    backup: '0 */2 * * *',
    verify: '30 3 * * 0',
    prune: '0 4 * * *',
    drill: '',
    timezone: 'Etc/UTC',
    jitterSeconds: 60,
  },
  scope: { orgs: 'token', excludeKinds: [], plainCopies: 'auto', fullReadEvery: 12 },
  retention: {
    keepLast: 24,
    keepHourly: 48,
    keepDaily: 31,
    keepWeekly: 13,
    keepMonthly: 24,
    keepYearly: 10,
    keepWithin: '',
  },
  encryption: { recipients: [] },
  notifications: {
    format: 'generic',
    // Changes by people are not a problem, so they are reported only on request.
    events: NOTIFICATION_EVENTS.filter((event) => event !== 'changes'),
    changes: 'backup',
    email: { host: '', port: 587, security: 'starttls', user: '', from: '', to: [] },
  },
};

/** Every leaf by its dotted path; lists are leaves. */
export function leavesOf(value: object, prefix = ''): Map<string, unknown> {
  const leaves = new Map<string, unknown>();
  for (const [name, member] of Object.entries(value)) {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    if (typeof member === 'object' && member !== null && !Array.isArray(member)) {
      leavesOf(member, path).forEach((leaf, at) => leaves.set(at, leaf));
    } else {
      leaves.set(path, member);
    }
  }
  return leaves;
}

/** The paths of all settings. */
export const SETTING_PATHS: ReadonlySet<string> = new Set(leavesOf(DEFAULT_SETTINGS).keys());

/** A copy of the values with leaves replaced. */
export function withLeaves(values: SettingsValues, leaves: ReadonlyMap<string, unknown>): SettingsValues {
  const copy = structuredClone(values);
  for (const [path, leaf] of leaves) {
    const names = path.split('.');
    const last = names.pop() ?? '';
    let at = copy as unknown as Record<string, unknown>;
    for (const name of names) {
      at = at[name] as Record<string, unknown>;
    }
    at[last] = leaf;
  }
  return copy;
}
