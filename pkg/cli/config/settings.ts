import { homedir } from 'node:os';
import { join } from 'node:path';
import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import { isKindName, KIND_NAMES, type KindName } from '../../contract/kinds.ts';
import { basicCredentials, tokenCredentials, type CredentialSource } from '../../grafana/http/credentials.ts';
import { parseFingerprint } from '../../repository/signing/trust-state.ts';
import { adminReaders, orgReaders } from './credentials.ts';
import {
  optionalNumber,
  readSettingFile,
  secretReader,
  wholeNumber,
  yesOrNo,
  type Environment,
} from './environment.ts';
import { CommandError } from '../command-error.ts';

/** Options that all commands share, as the command line and the environment give them. */
export interface CommonFlags {
  target?: string;
  stateDir?: string;
  grafanaUrl?: string;
  grafanaCaFile?: string;
  grafanaConcurrency?: string;
  grafanaTimeout?: string;
  orgs?: string;
  kinds?: string;
  ageRecipients?: string;
  ageIdentityFile?: string;
  trustedKeys?: string;
  ignoreClock?: boolean;
}

/** @throws DK_SETTINGS when no target is given. */
export function targetOf(flags: CommonFlags): string {
  if (flags.target === undefined) {
    throw new CommandError('DK_SETTINGS', 'no target is set', {
      hint: 'Set DASHKEEP_TARGET (or --target) to s3://bucket/prefix or file:///directory.',
    });
  }
  return flags.target;
}

/** Where settings, tokens and keys are kept outside Kubernetes. */
export function stateDirectory(flags: CommonFlags, environment: Environment): string {
  if (flags.stateDir !== undefined) {
    return flags.stateDir;
  }
  const base = environment['XDG_STATE_HOME'] ?? join(environment['HOME'] ?? home(), '.local', 'state');
  return join(base, 'dashkeep');
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

/** A Secret that keeps the state of one-shot commands in a cluster, where nothing else outlives them. */
export interface SecretStateSettings {
  secret: string;
  /** Folder with token, ca.crt and namespace. */
  directory: string;
  host: string;
  port: number;
}

/** Undefined outside a cluster, and in a pod that nobody gave a Secret for it. */
export function secretStateSettings(environment: Environment): SecretStateSettings | undefined {
  const secret = environment['DASHKEEP_TOKEN_SECRET'];
  const directory = environment['DASHKEEP_KUBE_DIR'];
  const host = environment['KUBERNETES_SERVICE_HOST'];
  if (secret === undefined || directory === undefined || host === undefined) {
    return undefined;
  }
  if (environment['DASHKEEP_KUBERNETES'] === 'off') {
    return undefined;
  }
  return { secret, directory, host, port: Number(environment['KUBERNETES_SERVICE_PORT'] ?? 443) };
}

export interface GrafanaSettings {
  url: string;
  credentials: CredentialSource;
  orgCredentials: Map<number, CredentialSource>;
  orgs: 'all' | 'reached' | number[];
  caFile: string | undefined;
  concurrency: number | undefined;
  timeout: number | undefined;
}

/** @throws DK_SETTINGS when the address or the credentials are missing or contradict each other. */
export function grafanaSettings(flags: CommonFlags, environment: Environment): GrafanaSettings {
  if (flags.grafanaUrl === undefined) {
    throw new CommandError('DK_SETTINGS', 'no Grafana is set', {
      hint: 'Set GRAFANA_URL (or --grafana-url), such as http://localhost:3000.',
    });
  }
  return {
    url: flags.grafanaUrl,
    credentials: credentialsOf(environment),
    orgCredentials: new Map(
      [...orgReaders(environment, 'GRAFANA_API_TOKEN')].map(([org, token]) => [org, tokenCredentials(token)]),
    ),
    orgs: orgsOf(flags.orgs) ?? 'reached',
    caFile: flags.grafanaCaFile,
    concurrency: optionalNumber(flags.grafanaConcurrency, 'DASHKEEP_GRAFANA_CONCURRENCY'),
    timeout: optionalNumber(flags.grafanaTimeout, 'DASHKEEP_GRAFANA_TIMEOUT'),
  };
}

/** An admin's name and password win over a token: they reach everything that the token does, and more. */
function credentialsOf(environment: Environment): CredentialSource {
  const admin = adminReaders(environment);
  if (admin !== undefined) {
    return basicCredentials(admin.user, admin.password);
  }
  const token = secretReader(environment, 'GRAFANA_API_TOKEN');
  if (token === undefined) {
    throw new CommandError('DK_SETTINGS', 'no credentials for Grafana are set', {
      hint: 'Set GRAFANA_API_TOKEN, or GRAFANA_ADMIN_USER and GRAFANA_ADMIN_PASSWORD; each also as …_FILE.',
    });
  }
  return tokenCredentials(token);
}

/** `all`, or ids with commas. @throws DK_SETTINGS */
export function orgsOf(text: string | undefined): 'all' | number[] | undefined {
  if (text === undefined || text === 'all') {
    return text;
  }
  return text.split(',').map((part) => wholeNumber(part.trim(), 'DASHKEEP_ORGS'));
}

/** Kinds by name, comma-separated. @throws DK_USAGE naming the ones that don't exist. */
export function kindsOf(text: string | undefined): KindName[] | undefined {
  if (text === undefined) {
    return undefined;
  }
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !isKindName(name));
  if (unknown.length > 0) {
    throw new CommandError('DK_USAGE', `no such kind: ${unknown.join(', ')}`, {
      hint: `The kinds are ${KIND_NAMES.join(', ')}.`,
    });
  }
  return names.filter(isKindName);
}

/** Fingerprints of signing keys that are trusted. @throws DK_SETTINGS when one is none */
export function trustedKeysOf(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      try {
        return parseFingerprint(part);
      } catch (cause) {
        throw new DashkeepError('DK_SETTINGS', `DASHKEEP_TRUSTED_KEYS: ${reasonOf(cause)}`, { cause });
      }
    });
}

/** Whether to go on although clocks differ: the flag, or the variable. @throws DK_SETTINGS for another value */
export function ignoresClock({ ignoreClock }: CommonFlags, environment: Environment): boolean {
  return ignoreClock === true || yesOrNo(environment['DASHKEEP_IGNORE_CLOCK'] ?? 'no', 'DASHKEEP_IGNORE_CLOCK');
}

export interface EncryptionSettings {
  recipients: string[];
  identities: string[];
  passphrases: string[];
}

/** Recipients and identities of age. @throws DK_SETTINGS when a file cannot be read. */
export async function encryptionSettings(flags: CommonFlags, environment: Environment): Promise<EncryptionSettings> {
  const passphrase = secretReader(environment, 'DASHKEEP_AGE_PASSPHRASE');
  return {
    recipients: (flags.ageRecipients ?? '').split(/[\s,]+/).filter((recipient) => recipient !== ''),
    identities:
      flags.ageIdentityFile === undefined
        ? []
        : [await readSettingFile(flags.ageIdentityFile, 'DASHKEEP_AGE_IDENTITY_FILE')],
    passphrases: passphrase === undefined ? [] : [(await passphrase()).replace(/\r?\n$/, '')],
  };
}
