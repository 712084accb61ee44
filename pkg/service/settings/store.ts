import { createHash } from 'node:crypto';
import { compact } from '../../contract/compact.ts';
import type { SecretName } from '../../contract/api/settings.ts';
import {
  SECRET_NAMES,
  type Settings,
  type SettingsCandidate,
  type SettingsUpdate,
  type SettingsValues,
} from '../../contract/api/settings.ts';
import { asDashkeepError, DashkeepError } from '../../contract/errors.ts';
import type { Log } from '../../contract/ports.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { reasonFrom, reasonSentence, reasonWithHint, type Reason } from '../../contract/reasons/reason.ts';
import type { StateStore } from '../../lib/state.ts';
import type { ServiceConfig } from '../config.ts';
import type { EffectiveSettings, UnusableSecret } from './effective.ts';
import { DeploymentRules, type StoreConfig } from './deployment.ts';
import { refusedCharacter } from '../../lib/http/header-secret.ts';
import { readGiven, RECEIVER_SECRETS } from './given-secrets.ts';
import type { SavedSettings } from './outbound.ts';
import { isIdentity, isKeyOfOthers, usableSecrets, usableValues } from './usable.ts';
import { assertAddress, fieldProblems, FieldErrors, type FieldProblems } from './validate.ts';

const SETTINGS_ENTRY = 'settings.json';
const SECRETS_ENTRY = 'secrets.json';

/** What is wrong with settings, by dotted path. */
type FieldCheck = (settings: Pick<EffectiveSettings, 'values' | 'secrets'>) => Promise<FieldProblems>;

/** The service's settings: what the deployment says wins over what a person saved, which wins over the defaults. */
export class SettingsStore {
  readonly #state: StateStore;
  readonly #given: ServiceConfig['secrets'];
  readonly #rules: DeploymentRules;
  readonly #log: Log;
  readonly #limits: FieldCheck;
  #stored: SavedSettings = { values: {}, secrets: {} };
  #unwritable: Reason | undefined;
  #unusable: EffectiveSettings['unusable'] = {};
  /** Whether only the secrets of a first save exist: another replica is about to write the rest. */
  #isHalfSaved = false;
  /** Whether the private key belongs to none of the public keys, and no passphrase opens the snapshots. */
  isKeyOfOthers = false;
  #last: Promise<unknown> = Promise.resolve();
  #viewed: { stored: SavedSettings; unwritable: Reason | undefined; settings: Settings } | undefined;

  /** @param limits - what the deployment forbids, by dotted path */
  constructor(state: StateStore, config: StoreConfig, log: Log, limits: FieldCheck) {
    this.#state = state;
    this.#given = config.secrets;
    this.#rules = new DeploymentRules(config);
    this.#log = log;
    this.#limits = limits;
  }

  /** Reads what is stored; another replica may have changed it. A state that can't be read leaves what was known. */
  load(): Promise<void> {
    return this.#inTurn(() => this.#load());
  }

  async #load(): Promise<void> {
    try {
      const [values, secrets] = await Promise.all([this.#read(SETTINGS_ENTRY), this.#read(SECRETS_ENTRY)]);
      const { savedFor } = (values ?? {}) as { savedFor?: unknown };
      this.#stored = {
        values: usableValues(values, this.#log),
        secrets: usableSecrets(secrets),
        savedFor: typeof savedFor === 'string' ? savedFor : undefined,
      };
      this.#isHalfSaved = values === undefined;
      this.#unwritable = undefined;
    } catch (error) {
      this.#unwritable = reasonWithHint(asDashkeepError(error));
    }
    this.#unusable = (await this.receivers()).unusable;
    await this.#matchKeys();
  }

  /** What kept receivers of notifications from being used at the last load. */
  get unusable(): readonly UnusableSecret[] {
    return Object.values(this.#unusable);
  }

  /**
   * Notes what the deployment covers, where an earlier release saved without that: what it saved stays in force, until
   * the deployment covers something else.
   */
  settle(): Promise<void> {
    return this.#inTurn(() => this.#settle());
  }

  async #settle(): Promise<void> {
    const { values, secrets, savedFor } = this.#stored;
    if (savedFor !== undefined || this.#isHalfSaved || Object.keys(values).length + Object.keys(secrets).length === 0) {
      return;
    }
    try {
      await this.#keep(this.#rules.noted(this.#stored));
    } catch (error) {
      this.#log.warn({ reason: asDashkeepError(error).message }, 'the scope of the settings could not be stored');
    }
  }

  /** What pages decide although it is the deployment’s to decide, and what they no longer do: names of variables. */
  get fromPages(): ReturnType<DeploymentRules['fromPages']> {
    return this.#rules.fromPages(this.#stored);
  }

  /** Changes when backups go somewhere else, or with other credentials. */
  get targetRevision(): string {
    const { target, encryption } = this.#rules.values(this.#stored);
    return digest({ target, encryption, secrets: this.#stored.secrets });
  }

  /** Read-only: callers share one object until the settings change. */
  view(): Settings {
    const [stored, unwritable] = [this.#stored, this.#unwritable];
    if (this.#viewed?.stored !== stored || this.#viewed.unwritable !== unwritable) {
      this.#viewed = { stored, unwritable, settings: this.#view() };
    }
    return this.#viewed.settings;
  }

  #view(): Settings {
    return compact({
      revision: this.#revision(this.#stored),
      values: this.#rules.values(this.#stored),
      owners: this.#rules.owners(this.#stored),
      secrets: Object.fromEntries(
        SECRET_NAMES.map((name) => [name, this.#rules.secretOrigin(this.#stored, name)]),
      ) as Settings['secrets'],
      writable: this.#unwritable === undefined,
      readOnlyReason: this.#unwritable === undefined ? undefined : reasonSentence(this.#unwritable),
      readOnlyWhy: this.#unwritable,
    });
  }

  /** @throws DK_SETTINGS when a secret that the deployment names can't be read */
  effective(): Promise<EffectiveSettings> {
    return this.#effective(this.#stored);
  }

  /** What it takes to notify: other secrets may be missing. */
  async receivers(): Promise<Pick<EffectiveSettings, 'values' | 'secrets' | 'unusable'>> {
    const { webhookUrl, smtpPassword } = this.#rules.counting(this.#stored).secrets;
    const { secrets, unusable } = await readGiven(this.#given, RECEIVER_SECRETS);
    return { values: this.#rules.values(this.#stored), secrets: { webhookUrl, smtpPassword, ...secrets }, unusable };
  }

  /** What the settings would be with a candidate on top; nothing is stored. @throws FieldErrors */
  async candidate(change: SettingsCandidate): Promise<EffectiveSettings> {
    return this.#effective(await this.#permitted(this.#merged(change), change));
  }

  /**
   * Saves a change.
   * @throws FieldErrors, DK_SETTINGS_STALE, DK_STATE where nothing can be kept
   */
  update(change: SettingsUpdate, ifMatch: string | undefined): Promise<Settings> {
    return this.#inTurn(() => this.#update(change, ifMatch));
  }

  async #update(change: SettingsUpdate, ifMatch: string | undefined): Promise<Settings> {
    await this.#load();
    if (this.#unwritable !== undefined) {
      throw new DashkeepError('DK_STATE', `settings cannot be saved: ${reasonSentence(this.#unwritable)}`);
    }
    const expected = ifMatch ?? change.revision;
    if (expected !== undefined && expected !== this.#revision(this.#stored)) {
      throw new DashkeepError('DK_SETTINGS_STALE', 'the settings were changed since they were loaded');
    }
    await this.#keep(this.#rules.noted(await this.#permitted(this.#merged(change), change)));
    return this.view();
  }

  /** Runs one operation after another: a read that began before a save would otherwise restore the old settings. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #keep(saved: SavedSettings): Promise<void> {
    const { values, secrets, savedFor } = saved;
    // Secrets first: settings that need a secret must not be found without it.
    if (JSON.stringify(secrets) !== JSON.stringify(this.#stored.secrets)) {
      await this.#state.set(SECRETS_ENTRY, Buffer.from(JSON.stringify(secrets)));
    }
    await this.#state.set(SETTINGS_ENTRY, Buffer.from(JSON.stringify({ ...values, savedFor })));
    // In the order in which they will be loaded: the revision depends on it.
    this.#stored = { values: usableValues(values, this.#log), secrets: usableSecrets(secrets), savedFor };
    await this.#matchKeys();
  }

  async #matchKeys(): Promise<void> {
    // What cannot be read or is no key, its use says.
    const isOfOthers = await this.effective()
      .then(isKeyOfOthers)
      .catch(() => false);
    this.isKeyOfOthers = isOfOthers && !this.#rules.hasPassphrase;
  }

  #merged(change: SettingsCandidate): SavedSettings {
    const counting = this.#rules.counting(this.#stored);
    const merged = { ...counting, values: { ...counting.values, ...change.values }, secrets: { ...counting.secrets } };
    const problems = fieldProblems(this.#rules.values(merged));
    for (const [name, value] of Object.entries(change.secrets ?? {}) as [SecretName, string | null][]) {
      if (value === null) {
        delete merged.secrets[name];
        continue;
      }
      merged.secrets[name] = value;
      const why = secretProblem(name, value);
      if (why !== undefined) {
        problems[`secrets.${name}`] = why;
      }
    }
    const isKept = merged.secrets.smtpPassword !== undefined && change.secrets?.smtpPassword === undefined;
    if (isKept && serverOf(this.#rules.values(merged)) !== serverOf(this.#rules.values(this.#stored))) {
      // The password was entered for the server that was set then. No other server may get it.
      problems['secrets.smtpPassword'] = reason('mail-password-again');
    }
    Object.assign(problems, this.#rules.problems(this.#stored, change));
    if (Object.keys(problems).length > 0) {
      throw new FieldErrors(problems);
    }
    return merged;
  }

  /**
   * What was stored before a limit existed does not get in the way of other changes; it fails when it is used.
   * @throws FieldErrors for what the deployment forbids
   */
  async #permitted(merged: SavedSettings, { values = {}, secrets = {} }: SettingsCandidate): Promise<SavedSettings> {
    const problems = await this.#limits({ values: this.#rules.values(merged), secrets: merged.secrets });
    const changed = Object.entries(problems).filter(([path]) => {
      const [section = '', name = ''] = path.split('.');
      return section === 'secrets' ? Object.hasOwn(secrets, name) : Object.hasOwn(values, section);
    });
    if (changed.length > 0) {
      throw new FieldErrors(Object.fromEntries(changed));
    }
    return merged;
  }

  async #effective(saved: SavedSettings): Promise<EffectiveSettings> {
    const given = await readGiven(this.#given);
    const secrets = { ...this.#rules.counting(saved).secrets, ...given.secrets };
    const values = this.#rules.values(saved);
    return {
      values,
      secrets,
      unusable: given.unusable,
      deploymentTarget: this.#rules.decidesTarget(saved),
      revision: digest({ values, secrets }),
    };
  }

  #revision({ values, secrets }: SavedSettings): string {
    return digest({ values, secrets }).slice(0, 16);
  }

  /** Undefined when there is none. */
  async #read(entry: string): Promise<unknown> {
    const text = (await this.#state.get(entry))?.toString('utf8');
    try {
      return text === undefined ? undefined : (JSON.parse(text) as unknown);
    } catch {
      this.#log.warn({ entry }, 'a stored entry is damaged and is ignored');
      return {};
    }
  }
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
    return isIdentity(value) ? undefined : reason('identity-invalid');
  }
  // Passwords of mail accounts may have spaces. Keys are sent in headers.
  const isWrong = name === 'smtpPassword' ? /\p{Cc}/u.test(value) : refusedCharacter(value) !== undefined;
  return isWrong ? reason('secret-spaces') : undefined;
}

/** Which server a password is sent to. */
function serverOf({ notifications: { email } }: SettingsValues): string {
  return `${email.host} ${email.port} ${email.security}`;
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
