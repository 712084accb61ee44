import { createHash } from 'node:crypto';
import { compact } from '../../contract/compact.ts';
import type { SecretName } from '../../contract/api/settings.ts';
import {
  SECRET_NAMES,
  SettingsValues,
  type SettingOrigin,
  type Settings,
  type SettingsCandidate,
  type SettingsUpdate,
} from '../../contract/api/settings.ts';
import { asDashkeepError, DashkeepError } from '../../contract/errors.ts';
import type { Log } from '../../contract/ports.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { reasonFrom, reasonSentence, reasonWithHint, type Reason } from '../../contract/reasons/reason.ts';
import type { StateStore } from '../../lib/state.ts';
import type { ServiceConfig } from '../config.ts';
import type { EffectiveSettings } from './effective.ts';
import { DEFAULT_SETTINGS, leavesOf, SETTING_PATHS, withLeaves } from './defaults.ts';
import { assertAddress, fieldProblems, FieldErrors, type FieldProblems } from './validate.ts';

const SETTINGS_ENTRY = 'settings.json';
const SECRETS_ENTRY = 'secrets.json';

/** Which organizations are reached is for the deployment to say, also where it says nothing. */
const DEPLOYED = { path: 'scope.orgs', source: 'DASHKEEP_ORGS' };

/** What is wrong with settings, by dotted path. */
type FieldCheck = (settings: Pick<EffectiveSettings, 'values' | 'secrets'>) => Promise<FieldProblems>;

type Stored = { values: Partial<SettingsValues>; secrets: Partial<Record<SecretName, string>> };

/** The service's settings: what the deployment says wins over what a person saved, which wins over the defaults. */
export class SettingsStore {
  readonly #state: StateStore;
  readonly #config: Pick<ServiceConfig, 'settings' | 'secrets'>;
  readonly #log: Log;
  readonly #limits: FieldCheck;
  #stored: Stored = { values: {}, secrets: {} };
  #unwritable: Reason | undefined;

  /** @param limits - what the deployment forbids, by dotted path */
  constructor(state: StateStore, config: Pick<ServiceConfig, 'settings' | 'secrets'>, log: Log, limits: FieldCheck) {
    this.#state = state;
    this.#config = config;
    this.#log = log;
    this.#limits = limits;
  }

  /** Reads what is stored; another replica may have changed it. A state that can't be read leaves what was known. */
  async load(): Promise<void> {
    try {
      const [values, secrets] = await Promise.all([this.#read(SETTINGS_ENTRY), this.#read(SECRETS_ENTRY)]);
      this.#stored = { values: usableValues(values, this.#log), secrets: usableSecrets(secrets) };
      this.#unwritable = undefined;
    } catch (error) {
      this.#unwritable = reasonWithHint(asDashkeepError(error));
    }
  }

  view(): Settings {
    return compact({
      revision: this.#revision(this.#stored),
      values: this.#values(this.#stored.values),
      owners: this.#owners(),
      secrets: Object.fromEntries(SECRET_NAMES.map((name) => [name, this.#secretOrigin(name)])) as Settings['secrets'],
      writable: this.#unwritable === undefined,
      readOnlyReason: this.#unwritable === undefined ? undefined : reasonSentence(this.#unwritable),
      readOnlyWhy: this.#unwritable,
    });
  }

  /** @throws DK_SETTINGS when a secret that the deployment names can't be read */
  effective(): Promise<EffectiveSettings> {
    return this.#effective(this.#stored);
  }

  /** What the settings would be with a candidate on top; nothing is stored. @throws FieldErrors */
  async candidate(change: SettingsCandidate): Promise<EffectiveSettings> {
    return this.#effective(await this.#permitted(this.#merged(change), change));
  }

  /**
   * Saves a change.
   * @throws FieldErrors, DK_SETTINGS_STALE, DK_SETTINGS for what the deployment owns or where nothing can be kept
   */
  async update(change: SettingsUpdate, ifMatch: string | undefined): Promise<Settings> {
    await this.load();
    if (this.#unwritable !== undefined) {
      throw new DashkeepError('DK_SETTINGS', `settings cannot be saved: ${reasonSentence(this.#unwritable)}`);
    }
    const expected = ifMatch ?? change.revision;
    if (expected !== undefined && expected !== this.#revision(this.#stored)) {
      throw new DashkeepError('DK_SETTINGS_STALE', 'the settings were changed since they were loaded');
    }
    const merged = await this.#permitted(this.#merged(change), change);
    // Secrets first: settings that need a secret must not be found without it.
    if (JSON.stringify(merged.secrets) !== JSON.stringify(this.#stored.secrets)) {
      await this.#state.set(SECRETS_ENTRY, Buffer.from(JSON.stringify(merged.secrets)));
    }
    await this.#state.set(SETTINGS_ENTRY, Buffer.from(JSON.stringify(merged.values)));
    this.#stored = merged;
    return this.view();
  }

  #merged(change: SettingsCandidate): Stored {
    const before = this.#values(this.#stored.values);
    const values = { ...this.#stored.values, ...change.values };
    const problems = fieldProblems(this.#values(values));
    const after = leavesOf({ ...before, ...change.values });
    for (const [path, { value, source }] of this.#config.settings) {
      if (JSON.stringify(after.get(path)) !== JSON.stringify(value)) {
        problems[path] = reason('deployment-owned', { source });
      }
    }
    // Reaching further organizations takes more than being an admin of one.
    if (!this.#config.settings.has(DEPLOYED.path) && after.get(DEPLOYED.path) !== before.scope.orgs) {
      problems[DEPLOYED.path] = reason('deployment-owned', { source: DEPLOYED.source });
    }
    const secrets = { ...this.#stored.secrets };
    for (const [name, value] of Object.entries(change.secrets ?? {}) as [SecretName, string | null][]) {
      const given = this.#config.secrets.get(name);
      if (given !== undefined) {
        problems[`secrets.${name}`] = reason('deployment-owned', { source: given.source });
      } else if (value === null) {
        delete secrets[name];
      } else {
        secrets[name] = value;
        const why = secretProblem(name, value);
        if (why !== undefined) {
          problems[`secrets.${name}`] = why;
        }
      }
    }
    if (Object.keys(problems).length > 0) {
      throw new FieldErrors(problems);
    }
    return { values, secrets };
  }

  /**
   * What was stored before a limit existed does not get in the way of other changes; it fails when it is used.
   * @throws FieldErrors for what the deployment forbids
   */
  async #permitted(merged: Stored, { values = {}, secrets = {} }: SettingsCandidate): Promise<Stored> {
    const problems = await this.#limits({ values: this.#values(merged.values), secrets: merged.secrets });
    const changed = Object.entries(problems).filter(([path]) => {
      const [section = '', name = ''] = path.split('.');
      return section === 'secrets' ? Object.hasOwn(secrets, name) : Object.hasOwn(values, section);
    });
    if (changed.length > 0) {
      throw new FieldErrors(Object.fromEntries(changed));
    }
    return merged;
  }

  #values(stored: Partial<SettingsValues>): SettingsValues {
    const given = new Map([...this.#config.settings].map(([path, { value }]) => [path, value]));
    return withLeaves({ ...DEFAULT_SETTINGS, ...stored }, given);
  }

  #owners(): Record<string, SettingOrigin> {
    const owners: Record<string, SettingOrigin> = {};
    for (const path of SETTING_PATHS) {
      const given = this.#config.settings.get(path);
      const [section = ''] = path.split('.');
      const saved = Object.hasOwn(this.#stored.values, section);
      owners[path] =
        given === undefined && path !== DEPLOYED.path
          ? { owner: saved ? 'ui' : 'default' }
          : { owner: 'deployment', source: given?.source ?? DEPLOYED.source };
    }
    return owners;
  }

  #secretOrigin(name: SecretName): Settings['secrets'][SecretName] {
    const given = this.#config.secrets.get(name);
    if (given !== undefined) {
      return { set: true, owner: 'deployment', source: given.source };
    }
    const set = this.#stored.secrets[name] !== undefined;
    return { set, owner: set ? 'ui' : 'default' };
  }

  async #effective(stored: Stored): Promise<EffectiveSettings> {
    const secrets = { ...stored.secrets };
    for (const [name, { value }] of this.#config.secrets) {
      secrets[name] = (await value()).replace(/\r?\n$/, '');
    }
    const values = this.#values(stored.values);
    return { values, secrets, revision: digest({ values, secrets }) };
  }

  #revision(stored: Stored): string {
    return digest(stored).slice(0, 16);
  }

  async #read(entry: string): Promise<unknown> {
    const text = (await this.#state.get(entry))?.toString('utf8');
    try {
      return text === undefined ? {} : (JSON.parse(text) as unknown);
    } catch {
      this.#log.warn({ entry }, 'a stored entry is damaged and is ignored');
      return {};
    }
  }
}

/** Each section that is whole; one that an older or newer release wrote differently falls back to the defaults. */
function usableValues(value: unknown, log: Log): Partial<SettingsValues> {
  const values: Partial<SettingsValues> = {};
  const sections = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  for (const [name, schema] of Object.entries(SettingsValues.shape)) {
    const defaults = DEFAULT_SETTINGS[name as keyof SettingsValues];
    if (sections[name] !== undefined) {
      const parsed = schema.safeParse({ ...defaults, ...(sections[name] as object) });
      if (parsed.success) {
        Object.assign(values, { [name]: parsed.data });
      } else {
        log.warn({ section: name }, 'a section of the stored settings is not usable; its defaults are used');
      }
    }
  }
  return values;
}

function usableSecrets(value: unknown): Partial<Record<SecretName, string>> {
  const found = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  return Object.fromEntries(
    SECRET_NAMES.flatMap((name) => (typeof found[name] === 'string' ? [[name, found[name]]] : [])),
  );
}

function secretProblem(name: SecretName, value: string): Reason | undefined {
  if (name === 'webhookUrl') {
    try {
      assertAddress(value);
      return undefined;
    } catch (error) {
      return reasonFrom(error);
    }
  }
  if (name === 'ageIdentity') {
    return value.includes('AGE-SECRET-KEY-') ? undefined : reason('identity-invalid');
  }
  return /[\s\p{Cc}]/u.test(value) ? reason('secret-spaces') : undefined;
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
