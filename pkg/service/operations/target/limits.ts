import { asDashkeepError, DashkeepError } from '../../../contract/errors.ts';
import { reasonWithHint } from '../../../contract/reasons/reason.ts';
import { OutboundPolicy, type Resolve } from '../../../storage/outbound/policy.ts';
import { directoryWithin } from '../../../storage/directory/roots.ts';
import type { OpenStoreOptions } from '../../../storage/open.ts';
import { parseTarget, type Target } from '../../../storage/target.ts';
import type { ServiceConfig } from '../../config.ts';
import type { EffectiveSettings } from '../../settings/effective.ts';
import type { FieldProblems } from '../../settings/validate.ts';

type Limits = Pick<OpenStoreOptions, 'directories' | 'outbound'>;

/**
 * How far an admin in Grafana may point the service: to directories that the deployment names, and to hosts that are no
 * metadata services. What the deployment itself says is taken as it is.
 */
export class TargetLimits {
  /** For a webhook that was typed in the pages; undefined for one of the deployment. */
  readonly webhook: OutboundPolicy | undefined;
  readonly #config: ServiceConfig;
  readonly #outbound: OutboundPolicy;
  readonly #directories: readonly string[];

  constructor(config: ServiceConfig, resolve?: Resolve) {
    this.#config = config;
    this.#outbound = new OutboundPolicy(config.outboundAllow, resolve);
    this.webhook = config.secrets.has('webhookUrl') ? undefined : this.#outbound;
    const own = config.settings.get('target.url')?.value;
    const target = typeof own === 'string' ? readable(own) : undefined;
    this.#directories = [...config.fileRoots, ...(target?.kind === 'directory' ? [target.path] : [])];
  }

  /** What a store of these settings is opened with. */
  of({ values: { target } }: Pick<EffectiveSettings, 'values'>): Limits {
    const given = (path: string): boolean => this.#config.settings.has(path);
    const trusted = given('target.endpoint') || (given('target.url') && target.endpoint === '');
    return { directories: this.#directories, ...(trusted ? {} : { outbound: this.#outbound }) };
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
