import { compact } from '../contract/compact.ts';
import type { OpenedPreview, Preview, PreviewRequest } from '../contract/api/previews.ts';
import { asDashkeepError } from '../contract/errors.ts';
import type { Clock, Log, Randomness } from '../contract/ports.ts';
import { listPreviews, removeExpiredPreviews, removePreview, type LivePreview } from '../engine/preview/remove.ts';
import { openPreview } from '../engine/preview/preview.ts';
import type { Instance, Org } from '../grafana/instance.ts';
import { withInstance } from '../operations/grafana.ts';
import { orgIn } from '../operations/live.ts';
import { assertCounts } from '../repository/signing/acceptance.ts';
import type { Caller } from './organizations/caller.ts';
import { manifestFor } from './organizations/manifest-view.ts';
import type { OpenedTarget } from './repository/opened-target.ts';
import type { RepositoryCache } from './repository/repository-cache.ts';
import type { Snapshots } from './repository/snapshots.ts';

/** How often expired previews are looked for, in milliseconds: a preview may live this much longer than its hour. */
const SWEEP_EVERY_MS = 5 * 60_000;

interface PreviewsParts {
  repositoryCache: RepositoryCache;
  snapshots: Snapshots;
  clock: Clock;
  randomness: Randomness;
  log: Log;
  /** Aborted when the service stops. */
  signal: AbortSignal;
}

/**
 * Temporary copies of dashboards, and their end. All that is known of them is in the state, so neither a restart nor
 * another replica leaves one behind.
 */
export class Previews {
  readonly #parts: PreviewsParts;
  /** Monotonic milliseconds; the first look is at the start, for those of an earlier process. */
  #nextSweep = Number.NEGATIVE_INFINITY;
  #sweeping: Promise<void> | undefined;

  constructor(parts: PreviewsParts) {
    this.#parts = parts;
  }

  /**
   * @param by - who asks, for the list
   * @throws DK_NOT_FOUND, DK_SNAPSHOT_FOREIGN, GrafanaError
   */
  async open({ snapshot: asked, uid }: PreviewRequest, by: string | undefined, caller: Caller): Promise<OpenedPreview> {
    const { repositoryCache, snapshots, clock, randomness, log, signal } = this.#parts;
    const { id: snapshot } = await snapshots.manifest(asked, caller, signal);
    const opened = await repositoryCache.use(signal, async (target) => {
      const repository = await target.open(signal);
      const stored = await repository.stored(snapshot, { signal });
      // A forged dashboard would send its queries as the person who looks at it.
      assertCounts(repository.trust, stored);
      const manifest = manifestFor(stored.manifest, caller);
      const options = { manifest, repository, records: target.previews, uid, by, clock, randomness, log, signal };
      return this.#inOrg(target, caller, (instance, org) => openPreview({ ...options, instance, org }));
    });
    log.info({ org: caller.org, snapshot, dashboard: uid, preview: opened.uid }, 'a preview was created');
    const { missing, lostDataSources } = opened;
    return {
      ...described(opened),
      missing: missing.map(({ kind, uid: missed, title: name }) => ({ kind, uid: missed, title: name })),
      lostDataSources,
    };
  }

  /** @throws GrafanaError */
  async list(caller: Caller): Promise<Preview[]> {
    const { repositoryCache, clock, log, signal } = this.#parts;
    const live = await repositoryCache.use(signal, (target) =>
      this.#inOrg(target, caller, (_, org) => listPreviews(org, { records: target.previews, clock, log, signal })),
    );
    return live.map(described);
  }

  /** @throws DK_NOT_FOUND, GrafanaError */
  async remove(uid: string, caller: Caller): Promise<void> {
    const { repositoryCache, clock, log, signal } = this.#parts;
    await repositoryCache.use(signal, (target) => {
      const options = { records: target.previews, clock, log, signal };
      return this.#inOrg(target, caller, (instance, org) => removePreview(instance, org, uid, options));
    });
  }

  #inOrg<T>(target: OpenedTarget, caller: Caller, action: (instance: Instance, org: Org) => Promise<T>): Promise<T> {
    const { signal } = this.#parts;
    return withInstance(target.grafanaOf(caller), signal, (instance) => action(instance, orgIn(instance, caller.org)));
  }

  /** To be called often by the leader, once it can reach Grafana: removes what has had its hour. */
  watch(): void {
    const now = this.#parts.clock.monotonic();
    if (now < this.#nextSweep || this.#sweeping !== undefined) {
      return;
    }
    this.#nextSweep = now + SWEEP_EVERY_MS;
    this.#sweeping = this.#sweep().finally(() => (this.#sweeping = undefined));
  }

  /** When a sweep that is under way has ended. */
  async settled(): Promise<void> {
    await this.#sweeping;
  }

  async #sweep(): Promise<void> {
    const { repositoryCache, clock, log, signal } = this.#parts;
    try {
      const { removed } = await repositoryCache.use(signal, ({ grafana, previews: records }) =>
        withInstance(grafana, signal, (instance) => removeExpiredPreviews(instance, { records, clock, log, signal })),
      );
      if (removed > 0) {
        log.info({ removed }, 'expired previews were removed');
      }
    } catch (error) {
      const { code, message: reason } = asDashkeepError(error);
      log.debug({ code, reason }, 'expired previews could not be listed');
    }
  }
}

function described({ uid, title, expires, created, by }: LivePreview): Preview {
  const path = `/d/${encodeURIComponent(uid)}`;
  return compact({ uid, title, path, expires: expires.toISOString(), created: created?.toISOString(), by });
}
