import { compact } from '../../contract/compact.ts';
import { asDashkeepError, DashkeepError } from '../../contract/errors.ts';
import { reasonWithHint } from '../../contract/reasons/reason.ts';
import type { Sourced } from '../../lib/sourced.ts';
import { FROM_SETTINGS, present, type S3Settings } from '../../storage/s3/settings/settings.ts';
import { OutboundPolicy, type Resolve } from '../../storage/outbound/policy.ts';
import { directoryWithin } from '../../storage/directory/roots.ts';
import type { OpenStoreOptions, StorageSettings } from '../../storage/open.types.ts';
import { parseTarget, type Target } from '../../storage/target.ts';
import type { ServiceConfig } from '../config.ts';
import type { EffectiveSettings } from '../settings/effective.ts';
import { lockOf } from '../settings/minimums.ts';
import type { FieldProblems } from '../settings/validate.ts';

type StoreOptions = StorageSettings & Pick<OpenStoreOptions, 'directories' | 'outbound'>;

/**
 * Puts together what a store is opened with: the options and keys of the deployment, and below them those of the page.
 * A page can only lead to directories that the deployment names, and to hosts that are no metadata services. What the
 * deployment itself says is taken as it is.
 */
export class StoreOptionsResolver {
  /** For a webhook that was typed in the pages; undefined for one of the deployment. */
  readonly webhook: OutboundPolicy | undefined;
  /** The same for a mail server. */
  readonly mail: OutboundPolicy | undefined;
  readonly #config: ServiceConfig;
  /** For every other address of pages, and for connections. */
  readonly outbound: OutboundPolicy;
  readonly #directories: readonly string[];

  constructor(config: ServiceConfig, resolve?: Resolve) {
    this.#config = config;
    this.outbound = new OutboundPolicy(config.outboundAllow, resolve);
    this.webhook = config.secrets.has('webhookUrl') ? undefined : this.outbound;
    this.mail = config.settings.has('notifications.email.host') ? undefined : this.outbound;
    const own = config.settings.get('target.url')?.value;
    const target = typeof own === 'string' ? readable(own) : undefined;
    this.#directories = [...config.fileRoots, ...(target?.kind === 'directory' ? [target.path] : [])];
  }

  /** What a store of these settings is opened with. */
  of(settings: Pick<EffectiveSettings, 'values' | 'secrets'>): StoreOptions {
    const { target } = settings.values;
    const given = (path: string): boolean => this.#config.settings.has(path);
    const trusted = given('target.endpoint') || (given('target.url') && target.endpoint === '');
    return {
      ...this.#config.storage,
      s3: this.#s3(settings),
      lock: lockOf(target.objectLock),
      directories: this.#directories,
      ...(trusted ? {} : { outbound: this.outbound }),
    };
  }

  /** The deployment's settings of a bucket, and below them those of the page; what is empty there is not set. */
  #s3({ values: { target }, secrets }: Pick<EffectiveSettings, 'values' | 'secrets'>): S3Settings {
    const set = <T>(value: T | undefined): Sourced<T> | undefined =>
      value === undefined ? undefined : { value, from: FROM_SETTINGS };
    const secret = (text: string | undefined) => set(text === undefined ? undefined : () => Promise.resolve(text));
    return {
      endpoint: set(present(target.endpoint)),
      region: set(present(target.region)),
      profile: set(present(target.profile)),
      forcePathStyle: set(target.forcePathStyle ?? undefined),
      accessKeyId: secret(secrets.s3AccessKeyId),
      secretAccessKey: secret(secrets.s3SecretAccessKey),
      sessionToken: secret(secrets.s3SessionToken),
      ...compact(this.#config.storage.s3 ?? {}),
    };
  }

  /** What can be refused before it is saved, by dotted path. A name is asked for only when it is connected to. */
  async problems(settings: Pick<EffectiveSettings, 'values' | 'secrets'>): Promise<FieldProblems> {
    const { url, endpoint } = settings.values.target;
    const { directories = [], outbound } = this.of(settings);
    const problems: FieldProblems = {};
    const attempt = async (path: string, check: () => unknown): Promise<void> => {
      try {
        await check();
      } catch (error) {
        problems[path] = reasonWithHint(asDashkeepError(error));
      }
    };
    const target = readable(url);
    if (target?.kind === 'directory') {
      await attempt('target.url', () => directoryWithin(target.path, directories));
    }
    if (endpoint !== '') {
      await attempt('target.endpoint', () => outbound?.assertHost(new URL(endpoint).hostname));
    }
    const { webhookUrl } = settings.secrets;
    if (webhookUrl !== undefined) {
      await attempt('secrets.webhookUrl', () => this.webhook?.assertHost(new URL(webhookUrl).hostname));
    }
    const { host } = settings.values.notifications.email;
    if (host !== '') {
      await attempt('notifications.email.host', () => this.mail?.assertHost(host));
    }
    return problems;
  }
}

function readable(url: string): Target | undefined {
  try {
    return parseTarget(url);
  } catch (error) {
    if (error instanceof DashkeepError) {
      return undefined;
    }
    throw error;
  }
}
