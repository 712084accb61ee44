import type { SettingsCandidate, SettingsCheck } from '../contract/api/settings.ts';
import type { Clock, Log, Randomness } from '../contract/ports.ts';
import type { RunRecord } from '../contract/runs.ts';
import type { KubernetesRights } from '../kubernetes/access.ts';
import type { Election } from '../kubernetes/election.ts';
import type { StateStore } from '../lib/state.ts';
import type { AdminSource } from './bootstrap/admin.ts';
import type { ServiceConfig } from './config.ts';
import { Connections } from './connections/connections.ts';
import { SecondCopy } from './copy/second-copy.ts';
import { FleetView } from './fleet.ts';
import { Freshness } from './freshness.ts';
import { ConcurrencyGuard } from './http/concurrency-guard.ts';
import { ChangeFeed } from './notifications/change-feed.ts';
import { Notifier } from './notifications/notifier.ts';
import { checkTarget } from './storage/check.ts';
import type { StoreOptionsResolver } from './storage/store-options.ts';
import { findHome, HomeOrganization } from './organizations/home.ts';
import { OrgIdentities } from './organizations/identities.ts';
import { mayKnow } from './organizations/run-view.ts';
import type { AskedFrom } from './organizations/snapshot-view.ts';
import { Previews } from './previews.ts';
import { AuthorNames } from './repository/versions/authors.ts';
import { Comparisons } from './repository/comparisons.ts';
import { History } from './repository/history.ts';
import { OpenedTarget } from './repository/opened-target.ts';
import { RepositoryCache } from './repository/repository-cache.ts';
import { TextSearch } from './repository/search.ts';
import { Snapshots } from './repository/snapshots.ts';
import { keepRecord } from './repository/stored-runs.ts';
import { RecentChanges } from './repository/versions/recent-changes.ts';
import { ResourceVersions } from './repository/versions/versions.ts';
import { RecoveryKit } from './recovery-kit/recovery-kit.ts';
import { Readiness } from './readiness/readiness.ts';
import { Requests } from './requests.ts';
import { Restores } from './restores/restores.ts';
import { Journal } from './runs/journal.ts';
import { RunQueue } from './runs/queue.ts';
import { RunHooks } from './runs/run-hooks.ts';
import { Runs } from './runs/runs.ts';
import { EndedElsewhere } from './schedule/ended-elsewhere.ts';
import { LeaderTerms } from './schedule/leader-term.ts';
import { Leadership } from './schedule/leadership.ts';
import { SettingsStore } from './settings/store.ts';
import { FindingNotices } from './status/finding-notices.ts';
import { Metrics } from './status/metrics.ts';
import { Overdue } from './status/overdue.ts';
import { StatusCache } from './status/status-cache.ts';
import { StatusView } from './status/status-view.ts';
import { apiTokensOf, givenTokensOf, grafanaAccess, createTokenKeeper, makeOrgTokens } from './token-sources.ts';

export interface ServicePorts {
  state: StateStore;
  /** Where tokens are made from; undefined = only given tokens are used. */
  admin: AdminSource | undefined;
  /** Made for each process; undefined where there is one replica only. */
  election: ((mayYield: () => boolean) => Election) | undefined;
  /** What is needed in Kubernetes; undefined outside of it. */
  kubernetes?: KubernetesRights;
  storeOptions: StoreOptionsResolver;
  clock: Clock;
  randomness: Randomness;
  log: Log;
}

/** The parts of the service. Each user names those that it needs. */
export type ServiceParts = ReturnType<typeof buildParts>;

/**
 * Makes the parts of the service and connects them. They do nothing yet.
 * @param signal - aborted when the service stops
 */
export function buildParts(config: ServiceConfig, ports: ServicePorts, signal: AbortSignal) {
  const { state, admin, storeOptions, kubernetes, clock, randomness, log } = ports;
  /** How Grafana reaches the API; the app is configured once that is known. */
  const address: { api: string | undefined } = { api: undefined };
  const leadership = new Leadership(ports.election?.(() => queue.idle));
  const settings = new SettingsStore(state, config, log, (candidate) => storeOptions.problems(candidate));

  const apiTokens = apiTokensOf(config, { admin, state, clock, randomness, log });
  const reachedAt = (): string | undefined => address.api;
  const minting = { admin, settings, apiTokens, leadership, reachedAt };
  const keeper = createTokenKeeper(config, { ...minting, state, clock, randomness, log });
  const given = givenTokensOf(config, { clock, randomness, log });
  const access = grafanaAccess(config, keeper, given, admin);
  const ways = findHome(config.grafana, { keeper, access, state, clock, randomness, log });
  // A service that reaches one organization has mostly seen no other.
  const fallback = (): number | undefined =>
    config.orgIds === undefined && settings.view().values.scope.orgs === 'token' ? 1 : undefined;
  const home = new HomeOrganization({ ...ways, fallback, clock, signal });

  const { grafana } = config;
  const identities = new OrgIdentities({ grafana, access, state, clock, randomness, log, signal });
  const noticeOrgs = async (): Promise<void> => {
    await access.noticeOrgs?.();
    await identities.lookAtAll(home.known);
  };
  const replicated = ports.election !== undefined;
  const noticing = { ...access, noticeOrgs };
  const target = { config, access: noticing, state, replicated, storeOptions, clock, randomness, log };
  const inForce = (): ReturnType<typeof settings.effective> => settings.effective();
  const repositoryCache = new RepositoryCache((one) => OpenedTarget.open(target, one), inForce, { clock, log });
  const journal = new Journal(state, log);
  const history = new History(repositoryCache, journal, { clock, log });
  const askedFrom: AskedFrom = (id) => journal.entries.find((one) => one.id === id)?.org;
  const snapshots = new Snapshots(repositoryCache, askedFrom, { clock, log });
  const guard = new ConcurrencyGuard({ clock, organizations: () => apiTokens.organizations, signal });
  const comparisons = new Comparisons({ repositoryCache, snapshots, clock, guard, signal });
  const authors = new AuthorNames(repositoryCache, clock, log, signal);
  const versions = new ResourceVersions(repositoryCache, clock, authors, history);
  const recentChanges = new RecentChanges(repositoryCache, clock, authors, history);
  const textSearch = new TextSearch(repositoryCache, history, clock, authors);
  const previews = new Previews({ repositoryCache, snapshots, clock, randomness, log, signal });
  const statusCache = new StatusCache(config.grafana, repositoryCache, { clock, log });
  const freshness = new Freshness({ settings, repositoryCache, statusCache, history, comparisons, clock, signal });
  history.othersEnded = () => freshness.snapshotsChanged();

  const isGiven = (...paths: string[]): boolean => paths.every((path) => config.settings.has(path));
  // What a page sets belongs to the home organization.
  const mailOwner = isGiven('notifications.email.host', 'notifications.email.to') ? 'deployment' : 'page';
  const notifier = new Notifier({
    settings: () => settings.receivers(),
    owners: { webhook: config.secrets.has('webhookUrl') ? 'deployment' : 'page', email: mailOwner },
    outbound: { webhook: storeOptions.webhook, email: storeOptions.mail },
    ...{ instance: config.instance, clock, log },
  });
  const metrics = new Metrics(() => ({
    ...{ ...statusView.readings(), readiness: readiness.levels, runs: readiness.runs },
  }));
  const overdue = new Overdue({ state, settings, statusCache, history, notifier, clock, log });
  const findingNotices = new FindingNotices({ statusCache, notifier, log });
  const endedElsewhere = new EndedElsewhere(leadership, journal, clock, () => freshness.runsChanged());
  const changed = (): void => {
    endedElsewhere.announce();
    freshness.runsChanged();
    readiness.invalidate();
  };
  // The home organization learns nothing of what others restore.
  const mayKnowHome = (run: RunRecord): boolean => mayKnow(run, { org: home.known ?? 0, home: true });
  const changeFeed = new ChangeFeed({
    ...{ recentChanges, repositoryCache, identities, home, settings, notifier, state, clock, log, signal },
  });
  const observers = { metrics, overdue, notifier, changeFeed, mayKnowHome };
  const prepareSearch = (until: AbortSignal): Promise<void> => textSearch.prepare(until);
  const secondCopy = new SecondCopy({ config, settings, repositoryCache, history, statusCache, target, signal });
  const hooks = new RunHooks({ journal, history, repositoryCache, ...observers, prepareSearch, changed, log, signal });
  const process = `${config.instance}/${randomness.hex(4)}`;
  const queue: RunQueue = new RunQueue({
    instance: process,
    journal,
    clock,
    randomness,
    log,
    keep: async (record) => {
      await repositoryCache.use(signal, (opened) => keepRecord(opened, record));
      await (record.snapshot === undefined ? undefined : freshness.snapshotMade());
    },
    ended: (record, isNews) => hooks.of(record, isNews),
  });
  const { outbound } = storeOptions;
  const connections = new Connections({ config, settings, repositoryCache, target, outbound, signal });
  const runs = new Runs({ queue, history, repositoryCache, leadership, connections });
  const begun = (): void => {
    endedElsewhere.announce();
    history.refresh();
    if (keeper === undefined) {
      void makeOrgTokens(config, { apiTokens, home, log });
    } else if (!statusView.tokenUsable) {
      void keeper.check();
    }
  };
  const interrupted = (run: RunRecord): void => hooks.interrupted(run);
  const unreported = (run: RunRecord): void => hooks.unreported(run);
  const terms = new LeaderTerms({ leadership, journal, overdue, process, interrupted, unreported, begun, clock, log });
  const restores = new Restores(clock, randomness);
  const asked = {
    settings,
    leadership,
    terms,
    journal,
    history,
    repositoryCache,
    snapshots,
    queue,
    restores,
    secondCopy,
    connections,
  };
  const requests = new Requests({ ...asked, guard, clock, signal });
  const shown = {
    config,
    secondCopy,
    clock,
    started: clock.now(),
    statusCache,
    settings,
    apiTokens,
    repositoryCache,
    history,
    newestRuns: () => readiness.runs,
  };
  const statusView: StatusView = new StatusView({
    ...{ ...shown, journal, queue, runs, askedFrom, leadership, notifier, keeper, given },
  });

  const readiness: Readiness = new Readiness({
    ...{ config, settings, repositoryCache, secondCopy, runs, history, journal, askedFrom, statusView, state },
    ...{ clock, log },
  });

  const fleet = new FleetView({ config, clock, randomness, log, signal });
  const kitParts = { config, settings, repositoryCache, secondCopy, storeOptions, clock, randomness, log };
  const recoveryKit = new RecoveryKit(kitParts);

  /** Tries a target with settings that need not be saved. */
  const check = async (candidate: SettingsCandidate, until: AbortSignal, within?: number): Promise<SettingsCheck> => {
    const candidateSettings = await settings.candidate(candidate);
    return checkTarget(candidateSettings, { config, state, storeOptions, clock, randomness, log }, until, within);
  };
  return {
    ...{ config, admin, kubernetes, clock, randomness, log, signal, address, check },
    ...{ settings, leadership, terms, apiTokens, keeper, given, access, home, identities },
    ...{ repositoryCache, history, snapshots, comparisons, authors, versions, recentChanges, textSearch },
    ...{ previews, restores, journal, queue, runs, requests, guard, hooks, notifier, changeFeed },
    ...{ metrics, overdue, findingNotices, endedElsewhere },
    ...{ state, secondCopy, connections, askedFrom, statusCache, statusView, readiness, fleet, recoveryKit, freshness },
  };
}
