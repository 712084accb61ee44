import type { ReadinessItem } from '../../contract/api/readiness.ts';
import { asDashkeepError, type DashkeepError } from '../../contract/errors.ts';
import type { Manifest, ManifestEntry } from '../../contract/manifest.ts';
import { kindOf } from '../../grafana/kinds/registry.ts';
import { OWN_PLUGIN } from '../../grafana/kinds/server/installed-plugins.ts';
import { mapConcurrently } from '../../lib/concurrency/each-at-once.ts';
import { parseJson, stringAt, type Json } from '../../lib/json/json.ts';
import { isOf, type Caller } from '../organizations/caller.ts';
import type { RepositoryCache } from '../repository/repository-cache.ts';

const AT_ONCE = 8;

/** What a recovery needs that the backup lacks. */
export interface Needed {
  /** Those that the caller may see. */
  items: ReadinessItem[];
  /** How many others there are. */
  elsewhere: number;
  /** All of them, for comparing. */
  all: string[];
}

export interface AllNeeded {
  /** Secrets that a restore into an empty Grafana asks for. */
  secrets: Needed;
  /** Plugins to install first. */
  plugins: Needed;
}

/** Finds what a recovery needs from elsewhere. What an object says is remembered, because it never changes. */
export class Needs {
  readonly #repositoryCache: Pick<RepositoryCache, 'object'>;
  #known = new Map<string, readonly string[]>();

  constructor(repositoryCache: Pick<RepositoryCache, 'object'>) {
    this.#repositoryCache = repositoryCache;
  }

  /**
   * @param caller - undefined sees all
   * @returns an error where the stored objects cannot be read
   */
  async of(manifest: Manifest, caller: Caller | undefined, signal: AbortSignal): Promise<AllNeeded | DashkeepError> {
    const entries = manifest.resources.filter(needsMore);
    const known = this.#known;
    try {
      const found = await mapConcurrently(AT_ONCE, entries, async (entry) => {
        const key = `${entry.kind} ${entry.object}`;
        const text = known.has(key) ? undefined : await this.#repositoryCache.object(entry.object, signal);
        const details = known.get(key) ?? detailsOf(entry, parseJson(text ?? ''));
        return { key, entry, details };
      });
      this.#known = new Map(found.map(({ key, details }) => [key, details]));
      const of = (isPlugin: boolean): Needed =>
        needed(
          found.filter(({ entry }) => (entry.kind === 'plugin') === isPlugin),
          caller,
        );
      return { secrets: of(false), plugins: of(true) };
    } catch (error) {
      signal.throwIfAborted();
      return asDashkeepError(error);
    }
  }
}

function needsMore({ kind, uid }: ManifestEntry): boolean {
  return (kind === 'plugin' && uid !== OWN_PLUGIN) || kindOf(kind).secretNames !== undefined;
}

/** The version of a plugin, the fields of secrets. */
function detailsOf({ kind }: ManifestEntry, body: Json): readonly string[] {
  return kind === 'plugin' ? [stringAt(body, 'version') ?? ''] : (kindOf(kind).secretNames?.(body) ?? []);
}

function needed(found: { entry: ManifestEntry; details: readonly string[] }[], caller: Caller | undefined): Needed {
  const all = found.flatMap(({ entry, details }) => details.map((detail) => ({ entry, detail })));
  const seen = all.filter(({ entry }) => caller === undefined || isOf(caller, entry));
  const items = seen.map(({ entry: { org, kind, uid, title }, detail }) => ({ org, kind, uid, title, detail }));
  return {
    items: items.sort((a, b) => (a.title < b.title ? -1 : a.title > b.title ? 1 : 0)),
    elsewhere: all.length - seen.length,
    all: all.map(({ entry: { org, kind, uid }, detail }) => `${org}/${kind}/${uid} ${detail}`).sort(),
  };
}
