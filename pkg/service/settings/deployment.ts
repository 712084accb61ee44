import { compact } from '../../contract/compact.ts';
import type {
  SecretName,
  SettingOrigin,
  Settings,
  SettingsCandidate,
  SettingsValues,
} from '../../contract/api/settings.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import type { ServiceConfig } from '../config.ts';
import { DEFAULT_SETTINGS, leavesOf, SETTING_PATHS, withLeaves } from './defaults.ts';
import { minimumsOf, type Minimum } from './minimums.ts';
import { deploymentOnly, savedOutbound, withoutOutbound, type SavedSettings } from './outbound.ts';
import type { FieldProblems } from './validate.ts';

/** What of the configuration decides about the settings. */
export type StoreConfig = Pick<ServiceConfig, 'settings' | 'secrets' | 'orgIds' | 'objectLock' | 'agePassphrase'>;

/** The scope of a service that reaches the home organization alone. */
const HOME = 'home';

/**
 * What people save, as far as the deployment lets it count. The one place for it: what the deployment sets wins, what
 * it requires can only be made stricter, and where backups can cover other organizations than the home one, it alone
 * decides where they go and who can read them.
 */
export class DeploymentRules {
  readonly #config: StoreConfig;

  constructor(config: StoreConfig) {
    this.#config = config;
  }

  /** Whether a passphrase opens what is written. */
  get hasPassphrase(): boolean {
    return this.#config.agePassphrase !== undefined;
  }

  /** The settings in force. */
  values(saved: SavedSettings): SettingsValues {
    const given = new Map([...this.#config.settings].map(([path, { value }]) => [path, value]));
    let values = withLeaves({ ...DEFAULT_SETTINGS, ...this.counting(saved).values }, given);
    for (const minimum of this.#minimums(saved)) {
      values = minimum.weaker(values) === undefined ? values : withLeaves(values, minimum.leaves);
    }
    return values;
  }

  /**
   * What is saved, without what no longer counts: values that were saved for the home organization must not take in the
   * content of others when the deployment covers more, nor one target’s address and keys the content of another.
   */
  counting(saved: SavedSettings): SavedSettings {
    const { ageIdentity: _, ...others } = saved.secrets;
    const counting = this.hasPassphrase ? { ...saved, secrets: others } : saved;
    return this.#isForScope(saved) ? counting : { ...withoutOutbound(counting), savedFor: this.#scope(saved) };
  }

  #isForScope(saved: SavedSettings): boolean {
    const now = this.#scope(saved);
    return now === HOME || saved.savedFor === undefined || saved.savedFor === now;
  }

  /** The same with a note of what the deployment covers now; what is noted stays while it counts. */
  noted(saved: SavedSettings): SavedSettings {
    const now = this.#scope(saved);
    const { savedFor } = saved;
    return { ...saved, savedFor: now === HOME ? HOME : (savedFor ?? now) };
  }

  /** What pages decide although it is the deployment’s to decide, and what they no longer do: names of variables. */
  fromPages(saved: SavedSettings): { shared: boolean; used: string[]; unused: string[] } {
    const shared = this.#scope(saved) !== HOME;
    const names = this.#fromPages(saved);
    const counts = this.#isForScope(saved);
    return { shared, used: shared && counts ? names : [], unused: counts ? [] : names };
  }

  /**
   * Whether the deployment names the target, and nothing that people saved decides where backups go or who reads them.
   */
  decidesTarget(saved: SavedSettings): boolean {
    return this.#config.settings.has('target.url') && this.#fromPages(this.counting(saved)).length === 0;
  }

  #fromPages(saved: SavedSettings): string[] {
    const { settings, secrets } = this.#config;
    return savedOutbound(saved, (path) => settings.has(path) || secrets.has(secretOf(path) as SecretName));
  }

  /** Who decided each setting, and what a page can change about it. */
  owners(saved: SavedSettings): Record<string, SettingOrigin> {
    const counting = this.counting(saved);
    const values = leavesOf(this.values(saved));
    return Object.fromEntries(
      [...SETTING_PATHS].map((path): [string, SettingOrigin] => {
        const given = this.#config.settings.get(path);
        if (given !== undefined) {
          return [path, { owner: 'deployment', source: given.from }];
        }
        const [section = ''] = path.split('.');
        const owner = Object.hasOwn(counting.values, section) ? 'ui' : 'default';
        const minimum = this.#minimums(saved).find(({ leaves }) => leaves.has(path));
        if (minimum !== undefined) {
          const { leaves, source, why } = minimum;
          const its = [...leaves].every(([leaf, value]) => values.get(leaf) === value);
          return [path, { ...(its ? { owner: 'deployment', source } : { owner }), minimum: why }];
        }
        return [path, compact({ owner, locked: this.#locked(saved, path) })];
      }),
    );
  }

  secretOrigin(saved: SavedSettings, name: SecretName): Settings['secrets'][SecretName] {
    const source = this.#sourceOfSecret(name);
    if (source !== undefined) {
      return { set: this.#config.secrets.has(name), owner: 'deployment', source };
    }
    const set = this.counting(saved).secrets[name] !== undefined;
    return compact({ set, owner: set ? 'ui' : 'default', locked: this.#locked(saved, `secrets.${name}`) });
  }

  /** What the deployment does not let a page change, by dotted path. */
  problems(saved: SavedSettings, { values = {}, secrets = {} }: SettingsCandidate): FieldProblems {
    const before = this.values(saved);
    const asked = { ...before, ...values };
    const problems: FieldProblems = {};
    for (const minimum of this.#minimums(saved)) {
      const path = minimum.weaker(asked);
      if (path !== undefined) {
        problems[path] = minimum.why;
      }
    }
    const old = leavesOf(before);
    for (const [path, value] of leavesOf(asked)) {
      if (JSON.stringify(value) === JSON.stringify(old.get(path))) {
        continue;
      }
      const given = this.#config.settings.get(path);
      const why = given === undefined ? this.#locked(saved, path) : reason('deployment-owned', { source: given.from });
      if (why !== undefined) {
        problems[path] = why;
      }
    }
    for (const name of Object.keys(secrets) as SecretName[]) {
      const source = this.#sourceOfSecret(name);
      const path = `secrets.${name}`;
      const why = source === undefined ? this.#locked(saved, path) : reason('deployment-owned', { source });
      if (why !== undefined) {
        problems[path] = why;
      }
    }
    return problems;
  }

  /** An identity beside the deployment's passphrase would be one more that can read what is written. */
  #sourceOfSecret(name: SecretName): string | undefined {
    const { secrets, agePassphrase } = this.#config;
    return (secrets.get(name) ?? (name === 'ageIdentity' ? agePassphrase : undefined))?.from;
  }

  #locked(saved: SavedSettings, path: string) {
    return deploymentOnly(path, this.#scope(saved) !== HOME);
  }

  #minimums(saved: SavedSettings): Minimum[] {
    return minimumsOf(this.#config, this.#scope(saved) !== HOME);
  }

  /** What the deployment covers, and the target that it names for it: for these a saved address and its keys count. */
  #scope({ values }: SavedSettings): string {
    const { settings, orgIds } = this.#config;
    const orgs = orgIds ?? settings.get('scope.orgs')?.value ?? values.scope?.orgs;
    return orgs === undefined || orgs === 'token' ? HOME : JSON.stringify([orgs, settings.get('target.url')?.value]);
  }
}

function secretOf(path: string): string {
  return path.replace(/^secrets\./, '');
}
