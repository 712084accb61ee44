import { homedir } from 'node:os';
import { join } from 'node:path';
import { compact } from '../../contract/compact.ts';
import { KIND_NAMES, type KindName } from '../../contract/kinds.ts';
import type { BackupChoice } from '../../operations/backup.ts';
import type { Sourced } from '../../lib/sourced.ts';
import { CommandError } from '../command-error.ts';
import type { Configuration } from './configuration.ts';

/** Options that commands read or replace themselves; the configuration reads all of them. */
export interface CommonFlags {
  target?: string;
  stateDir?: string;
  orgs?: string;
  kinds?: string;
  ageRecipients?: string;
  trustedKeys?: string;
  json?: boolean;
}

/** @throws DK_SETTINGS when no target is given. */
export function targetOf(configuration: Configuration): string {
  const target = configuration.get('DASHKEEP_TARGET');
  if (target === undefined) {
    throw new CommandError('DK_SETTINGS', 'no target is set', {
      hint: 'Set DASHKEEP_TARGET (or --target) to s3://bucket/prefix, azblob://container/prefix, gs://bucket/prefix or file:///directory.',
    });
  }
  return target;
}

/** Where settings, tokens and keys are kept outside Kubernetes. */
export function stateDirectory(configuration: Configuration): string {
  const base =
    configuration.variable('XDG_STATE_HOME') ?? join(configuration.variable('HOME') ?? home(), '.local', 'state');
  return configuration.get('DASHKEEP_STATE_DIR') ?? join(base, 'dashkeep');
}

/**
 * Users of containers often have no entry in /etc/passwd; for them it is the root, where a write fails with its reason.
 */
function home(): string {
  try {
    return homedir();
  } catch {
    return '/';
  }
}

/** Where the API server of the cluster is; undefined outside of one. */
export function apiServer(configuration: Configuration): { host: string; port: number } | undefined {
  const host = configuration.variable('KUBERNETES_SERVICE_HOST');
  const port = Number(configuration.variable('KUBERNETES_SERVICE_PORT') ?? 443);
  return configuration.get('DASHKEEP_KUBERNETES') === 'off' || host === undefined ? undefined : { host, port };
}

/** Kinds that are left out of backups. */
export function excludedKinds(configuration: Configuration): Sourced<KindName[]> | undefined {
  const kinds = configuration.find('DASHKEEP_KINDS');
  return kinds?.from.startsWith('--') ? kinds : (configuration.find('DASHKEEP_EXCLUDE_KINDS') ?? kinds);
}

/** What a backup reads, by the settings. */
export function backupChoice(configuration: Configuration): BackupChoice {
  const excluded = excludedKinds(configuration)?.value;
  const copies = configuration.get('DASHKEEP_PLAIN_COPIES');
  return {
    kinds: excluded && KIND_NAMES.filter((kind) => !excluded.includes(kind)),
    alarm: { gone: configuration.get('DASHKEEP_ALARM_GONE'), changed: configuration.get('DASHKEEP_ALARM_CHANGED') },
    fullReadEvery: configuration.get('DASHKEEP_FULL_READ_EVERY'),
    ...compact({ plainCopies: copies === undefined ? undefined : copies === 'on' }),
  };
}

/** Passphrases to try for the repository's identity: an earlier service took a newline at the end for a part of it. */
export function agePassphrases(configuration: Configuration): Sourced<() => Promise<string[]>> | undefined {
  const secret = configuration.secret('DASHKEEP_AGE_PASSPHRASE');
  return (
    secret && {
      from: secret.from,
      async value() {
        const text = await secret.value();
        return [text, `${text}\n`];
      },
    }
  );
}

/** Recipients and identities of age. @throws DK_SETTINGS when a file cannot be read. */
export async function encryptionSettings(configuration: Configuration) {
  const identity = configuration.secret('DASHKEEP_AGE_IDENTITY');
  return {
    recipients: configuration.get('DASHKEEP_AGE_RECIPIENTS') ?? [],
    identities: identity === undefined ? [] : [await identity.value()],
    passphrases: (await agePassphrases(configuration)?.value()) ?? [],
  };
}
