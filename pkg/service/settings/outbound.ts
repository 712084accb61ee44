import { SECRET_NAMES, type SecretName, type SettingsValues } from '../../contract/api/settings.ts';
import { reason, type KnownReason } from '../../contract/reasons/catalogue.ts';
import { DEFAULT_SETTINGS, leavesOf, withLeaves } from './defaults.ts';

/** What people saved, and what the deployment covered when they did. */
export interface SavedSettings {
  values: Partial<SettingsValues>;
  secrets: Partial<Record<SecretName, string>>;
  /** Absent where an earlier release saved. */
  savedFor?: string | undefined;
}

/**
 * The settings that decide where the content of Grafana goes and who can read it there, and how a deployment sets them:
 * variable, and value of the chart. Where backups can cover other organizations, an admin of the home one must not
 * change them.
 */
const OUTBOUND: Readonly<Record<string, readonly [variable: string, chart: string]>> = {
  'target.url': ['DASHKEEP_TARGET', 'target'],
  'target.preset': ['DASHKEEP_TARGET', 'target'],
  'target.endpoint': ['DASHKEEP_S3_ENDPOINT', 's3.endpoint'],
  'target.region': ['AWS_REGION', 's3.region'],
  'target.forcePathStyle': ['DASHKEEP_S3_FORCE_PATH_STYLE', 's3.forcePathStyle'],
  'target.profile': ['AWS_PROFILE', 's3.profile'],
  'encryption.recipients': ['DASHKEEP_AGE_RECIPIENTS', 'encryption.ageRecipients'],
  'secrets.s3AccessKeyId': ['AWS_ACCESS_KEY_ID', 's3.credentialsSecret'],
  'secrets.s3SecretAccessKey': ['AWS_SECRET_ACCESS_KEY', 's3.credentialsSecret'],
  'secrets.s3SessionToken': ['AWS_SESSION_TOKEN', 's3.credentialsSecret'],
  'secrets.ageIdentity': ['DASHKEEP_AGE_IDENTITY', 'encryption.ageIdentitySecret'],
};

const DEFAULTS: ReadonlyMap<string, unknown> = new Map(
  [...leavesOf(DEFAULT_SETTINGS)].filter(([path]) => Object.hasOwn(OUTBOUND, path)),
);

/** Which organizations are reached is for the deployment to say, also where it says nothing. */
const ORGS = reason('deployment-only', { variable: 'DASHKEEP_ORGS', chart: 'config.DASHKEEP_ORGS' });

/**
 * Why a page cannot change a setting; undefined where it can.
 * @param shared whether backups can cover other organizations, so that a page must not decide where content goes
 */
export function deploymentOnly(path: string, shared: boolean): KnownReason | undefined {
  if (path === 'scope.orgs') {
    return ORGS;
  }
  const [variable, chart] = (shared ? OUTBOUND[path] : undefined) ?? [];
  return variable === undefined || chart === undefined ? undefined : reason('deployment-only', { variable, chart });
}

/** What is left of saved settings without those that decide where content goes. */
export function withoutOutbound({ values, secrets }: SavedSettings): SavedSettings {
  const rest = withLeaves({ ...DEFAULT_SETTINGS, ...values }, DEFAULTS);
  return {
    values: Object.fromEntries(Object.keys(values).map((name) => [name, rest[name as keyof SettingsValues]])),
    secrets: Object.fromEntries(
      Object.entries(secrets).filter(([name]) => !Object.hasOwn(OUTBOUND, `secrets.${name}`)),
    ),
  };
}

/** The variables that a deployment would set instead of what people saved. */
export function savedOutbound({ values, secrets }: SavedSettings, isGiven: (path: string) => boolean): string[] {
  const leaves = leavesOf({ ...DEFAULT_SETTINGS, ...values });
  const changed = [...DEFAULTS].filter(([path, value]) => JSON.stringify(leaves.get(path)) !== JSON.stringify(value));
  const typed = SECRET_NAMES.filter((name) => secrets[name] !== undefined).map((name) => `secrets.${name}`);
  const paths = [...changed.map(([path]) => path), ...typed].filter((path) => !isGiven(path));
  return [...new Set(paths.flatMap((path) => OUTBOUND[path]?.[0] ?? []))];
}
