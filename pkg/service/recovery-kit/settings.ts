import { stringify } from 'yaml';
import type { SettingsValues } from '../../contract/api/settings.ts';
import { yesOrNo } from '../../lib/yes-or-no.ts';
import type { Variables } from '../config.ts';
import { DEFAULT_SETTINGS, leavesOf } from '../settings/defaults.ts';

/** The resolved settings with which a target is reached. */
export type Resolved = readonly { name: string; value: string }[];

/** The values of the chart for variables that have one; the others go below `config`. */
const IN_CHART: Readonly<Record<string, readonly [path: string, form?: 'list' | 'boolean']>> = {
  DASHKEEP_TARGET: ['target'],
  DASHKEEP_S3_ENDPOINT: ['s3.endpoint'],
  AWS_REGION: ['s3.region'],
  AWS_PROFILE: ['s3.profile'],
  DASHKEEP_S3_FORCE_PATH_STYLE: ['s3.forcePathStyle', 'boolean'],
  AZURE_STORAGE_ACCOUNT: ['azure.account'],
  DASHKEEP_AZURE_ENDPOINT: ['azure.endpoint'],
  DASHKEEP_GCS_ENDPOINT: ['gcs.endpoint'],
  DASHKEEP_AGE_RECIPIENTS: ['encryption.ageRecipients', 'list'],
  DASHKEEP_TRUSTED_KEYS: ['signing.trustedKeys', 'list'],
  DASHKEEP_SCHEDULE: ['schedule'],
  DASHKEEP_TIMEZONE: ['timezone'],
};

/** What a command needs to find the repository. */
const OF_TARGET = [
  ...['DASHKEEP_TARGET', 'DASHKEEP_S3_ENDPOINT', 'AWS_REGION', 'DASHKEEP_S3_FORCE_PATH_STYLE'],
  ...['AZURE_STORAGE_ACCOUNT', 'DASHKEEP_AZURE_ENDPOINT', 'DASHKEEP_GCS_ENDPOINT'],
];

/**
 * The settings in force that differ from the defaults, by variable: those of the pages, those of the deployment, and
 * what the AWS files said.
 * @param keys - fingerprints of the trusted keys, and the recipients if people keep their identities
 */
export function settingTexts(
  { ofPage, given }: Variables,
  values: SettingsValues,
  resolved: Resolved,
  { trusted, recipients }: Record<'trusted' | 'recipients', readonly string[]>,
): Map<string, string> {
  const texts = new Map(given);
  const defaults = leavesOf(DEFAULT_SETTINGS);
  for (const [path, leaf] of leavesOf(values)) {
    const name = ofPage.get(path);
    if (name !== undefined && JSON.stringify(leaf) !== JSON.stringify(defaults.get(path))) {
      texts.set(name, textOf(path, leaf));
    }
  }
  const { scope, target } = values;
  const added: Record<string, string | undefined> = {
    DASHKEEP_ORGS: scope.orgs === 'all' ? 'all' : undefined,
    DASHKEEP_S3_OBJECT_LOCK:
      target.objectLock.mode === 'none' ? undefined : `${target.objectLock.mode}:${target.objectLock.days}`,
    DASHKEEP_S3_ENDPOINT: target.url.startsWith('s3://') ? found(resolved, 'endpoint', 'AWS') : undefined,
    AWS_REGION: found(resolved, 'region'),
    AZURE_STORAGE_ACCOUNT: found(resolved, 'account'),
    DASHKEEP_AGE_RECIPIENTS: recipients.length > 0 ? recipients.join(',') : undefined,
  };
  for (const [name, text] of Object.entries(added)) {
    if (text !== undefined && !texts.has(name)) {
      texts.set(name, text);
    }
  }
  if (trusted.length > 0) {
    texts.set('DASHKEEP_TRUSTED_KEYS', trusted.join(','));
  }
  return texts;
}

function found(resolved: Resolved, name: string, unless?: string): string | undefined {
  const value = resolved.find((one) => one.name === name)?.value;
  return value === unless ? undefined : value;
}

/** As a deployment writes it. */
function textOf(path: string, leaf: unknown): string {
  const text = Array.isArray(leaf) ? leaf.join(',') : String(leaf as string | number | boolean);
  return text === '' && path.startsWith('schedule.') ? 'off' : text;
}

/** Values of the chart, as YAML. */
export function chartValues(texts: ReadonlyMap<string, string>): string {
  const values: Record<string, unknown> = {};
  const config: Record<string, string> = {};
  for (const [name, text] of texts) {
    const [path, form] = IN_CHART[name] ?? [];
    const [section = '', member] = path?.split('.') ?? [];
    const value = form === 'list' ? text.split(',') : form === 'boolean' ? yesOrNo(text, name) : text;
    if (path === undefined) {
      config[name] = text;
    } else {
      values[section] = member === undefined ? value : { ...(values[section] as object), [member]: value };
    }
  }
  return stringify(Object.keys(config).length === 0 ? values : { ...values, config }, { lineWidth: 0 });
}

/** The settings as lines of a shell. */
export function exports(texts: ReadonlyMap<string, string>): string {
  return [...texts].map(([name, text]) => `export ${name}=${quoted(text)}\n`).join('');
}

/** The settings with which a command finds the copy in place of the repository, as arguments of `export`. */
export function copyWords(first: ReadonlyMap<string, string>, target: string, resolved: Resolved): string {
  const texts = new Map([...first].filter(([name]) => /AZURE|GCS/.test(name))).set('DASHKEEP_TARGET', target);
  const added: Record<string, string | undefined> = {
    DASHKEEP_S3_ENDPOINT: found(resolved, 'endpoint', 'AWS'),
    AWS_REGION: found(resolved, 'region'),
    DASHKEEP_S3_FORCE_PATH_STYLE: found(resolved, 'style') === 'path' ? 'true' : undefined,
  };
  for (const [name, text] of target.startsWith('s3://') ? Object.entries(added) : []) {
    if (text !== undefined) {
      texts.set(name, text);
    }
  }
  return targetWords(texts);
}

/** The settings with which a command finds the repository, as arguments of `export`. */
export function targetWords(texts: ReadonlyMap<string, string>): string {
  return OF_TARGET.filter((name) => texts.has(name))
    .map((name) => `${name}=${quoted(texts.get(name) ?? '')}`)
    .join(' ');
}

/** Quotes a word for a shell. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
