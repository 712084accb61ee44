import { DashkeepError } from '../contract/errors.ts';
import { countsNow, isRegularBackup, type SnapshotSummary } from '../contract/manifest.ts';
import { reason } from '../contract/reasons/catalogue.ts';
import { refusal } from '../contract/reasons/reason.ts';
import { judgedAgain, readable } from '../engine/backup/losses/earlier.ts';
import { PreviewRecords } from '../engine/preview/record.ts';
import { orgTokenCredentials } from '../grafana/http/credentials.ts';
import { KubeClient } from '../kubernetes/client.ts';
import { SecretState } from '../kubernetes/state.ts';
import type { FleetOptions } from '../engine/fleet.ts';
import { orgsOfCommands, type GrafanaLink } from '../operations/grafana.ts';
import type { Session } from '../operations/session.ts';
import { compareClocks } from '../repository/clocks.ts';
import { quickView } from '../repository/index/quick-view.ts';
import { openRepository, type OpenOptions } from '../repository/open.ts';
import type { Repository } from '../repository/repository.ts';
import type { Damage } from '../repository/verify/damage.ts';
import { DirectoryState, type StateStore } from '../lib/state.ts';
import type { CopyConfig } from '../service/config.ts';
import { openStore, type OpenStoreOptions } from '../storage/open.ts';
import type { ObjectStore } from '../storage/store.ts';
import { Configuration } from './config/configuration.ts';
import { failSecondTarget } from '../operations/copy.ts';
import { copyConfig } from './config/copy.ts';
import { fleetConfig } from './config/fleet.ts';
import { credentialsOf, grafanaConfig, warnOfIgnoredToken } from './config/grafana.ts';
import { apiServer, encryptionSettings, stateDirectory, targetOf, type CommonFlags } from './config/settings.ts';
import { mirrorConfig } from './config/mirror.ts';
import { settingsFor } from './config/storage.ts';
import { VERSION, type CliContext } from './context.ts';
import { storedOrgCredentials } from './stored-tokens.ts';

/** Opens the target of the second copy, does the work, and closes it. @throws DK_UNCONFIGURED where none is set */
export async function withCopyTarget<T>(
  context: CliContext,
  flags: CommonFlags,
  work: (store: ObjectStore, config: CopyConfig) => Promise<T>,
): Promise<T> {
  const { environment, randomness: random, clock, log } = context;
  const copy = copyConfig(new Configuration(environment, flags));
  if (copy === undefined) {
    throw refusal('DK_UNCONFIGURED', reason('copy-no-target'), { advice: reason('set-copy-target') });
  }
  const ports = { ...copy.storage(), clock, random, log };
  const store = await openStore(copy.target.value, ports).catch(failSecondTarget);
  try {
    return await work(store, copy);
  } finally {
    await store.close();
  }
}

/**
 * Opens the target alone, does the work, and closes it whatever happens.
 * @param options.allowsHttp - no warning that the endpoint is not encrypted
 */
export async function withStore<T>(
  context: CliContext,
  flags: CommonFlags,
  work: (store: ObjectStore) => Promise<T>,
  { allowsHttp = true }: Pick<OpenStoreOptions, 'allowsHttp'> = {},
): Promise<T> {
  const { environment, randomness, clock, log } = context;
  const configuration = new Configuration(environment, flags);
  const target = targetOf(configuration);
  const settings = settingsFor(target, configuration);
  const store = await openStore(target, { ...settings, allowsHttp, clock, random: randomness, log });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Opens the repository for operations, does the work, and closes it whatever happens. */
export async function withSession<T>(
  context: CliContext,
  flags: CommonFlags,
  create: boolean,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const workIn = (store: ObjectStore): Promise<T> => sessionIn(context, flags, { store, create }, work);
  return withStore(context, flags, workIn, { allowsHttp: !create });
}

/** The same, with a warning if this machine's clock differs from the target's. */
export async function withClockWarning<T>(
  context: CliContext,
  flags: CommonFlags,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  return withSession(context, flags, false, (session) =>
    warningOfClock(context, session.repository.store, () => work(session)),
  );
}

/** Compares the clocks while the work is done: the comparison takes a request. */
async function warningOfClock<T>(
  { clock, log, signal }: CliContext,
  store: ObjectStore,
  work: () => Promise<T>,
): Promise<T> {
  // The work reports why the target cannot be reached.
  const compared = compareClocks({ store, clock, log, ignoreClock: true }, { signal }).catch(() => undefined);
  try {
    return await work();
  } finally {
    await compared;
  }
}

/**
 * `withSession` for a run that needs Grafana. Where nothing says how to reach it, none begins: it would count as one
 * that failed, such as a restore test, and the first backup would leave an empty repository.
 * @throws DK_SETTINGS for no usable address, or no credentials
 */
export async function withGrafanaSession<T>(
  context: CliContext,
  flags: CommonFlags,
  create: boolean,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  credentialsOf(new Configuration(context.environment, flags));
  return withSession(context, flags, create, work);
}

/** `withSession` in a store that is open. @param recipients - in place of those that are set */
export async function sessionIn<T>(
  context: CliContext,
  flags: CommonFlags,
  opened: Pick<OpenOptions, 'store' | 'create' | 'recipients' | 'beside' | 'rewraps'>,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const { clock, randomness, log } = context;
  const state = await openState(context, flags);
  const options = await openOptions(context, flags, { ...opened, state });
  const repository = await openRepository({ ...options, recipients: opened.recipients ?? options.recipients });
  let hasWarned = false;
  const grafana = (): GrafanaLink => {
    const link = grafanaLink(context, flags, state);
    if (!hasWarned) {
      warnOfIgnoredToken(new Configuration(context.environment, flags), log);
      hasWarned = true;
    }
    return link;
  };
  const mirror = mirrorConfig(new Configuration(context.environment, flags));
  try {
    return await work({ repository, grafana, mirror, version: VERSION, clock, randomness, log });
  } finally {
    await repository.close();
  }
}

/**
 * Recipients of a second repository: those that are set, otherwise those of the first one.
 * @throws DK_ENCRYPTION where not all of those are known
 */
export function recipientsBeside(configuration: Configuration, { encrypted, keyring }: Repository): readonly string[] {
  const own = configuration.get('DASHKEEP_AGE_RECIPIENTS') ?? [];
  const isOfPassphrase = configuration.secret('DASHKEEP_AGE_PASSPHRASE') !== undefined;
  if (own.length === 0 && encrypted && keyring.refusal !== undefined) {
    throw keyring.refusal;
  }
  return own.length === 0 && encrypted && !isOfPassphrase ? keyring.recipients : own;
}

/**
 * Every snapshot, newest first, with as few requests as it takes; and what verifications here found damaged.
 * @throws DK_MANIFEST_… if there are snapshots, and none can be read
 */
export function snapshotsOf(
  context: CliContext,
  flags: CommonFlags,
): Promise<{ snapshots: SnapshotSummary[]; damage: Damage | undefined }> {
  const { signal } = context;
  const read = async (store: ObjectStore) => {
    const state = await openState(context, flags);
    const options = await openOptions(context, flags, { store, state, create: false });
    const view = await quickView(options);
    const seen = await view?.snapshots({ signal });
    const listed = seen ?? (await readSnapshots(await openRepository(options), signal));
    const latest = listed.find((one) => isRegularBackup(one) && countsNow(one));
    const isLate = latest !== undefined && (await view?.hasTrustedSince(latest.time)) === true;
    const snapshots = isLate ? await withLosses(context, listed, latest, await openRepository(options)) : listed;
    return { snapshots, damage: await view?.damage() };
  };
  return withStore(context, flags, (store) => warningOfClock(context, store, () => read(store)));
}

/** With the losses of the latest backup since earlier ones, whose keys a person trusted only after it was made. */
async function withLosses(
  ports: CliContext,
  listed: SnapshotSummary[],
  latest: SnapshotSummary,
  repository: Repository,
): Promise<SnapshotSummary[]> {
  const manifest = await readable({ ...ports, repository }, latest.id);
  const { shrunk } = manifest === undefined ? latest : await judgedAgain({ ...ports, repository }, manifest);
  return listed.map((one) => (one === latest && shrunk !== undefined ? { ...one, shrunk } : one));
}

/** Every snapshot, newest first. @throws DK_MANIFEST_… if there are snapshots, and none can be read */
export async function readSnapshots(repository: Repository, signal: AbortSignal): Promise<SnapshotSummary[]> {
  const snapshots = await repository.snapshots({ signal });
  const { unreadable } = repository.index;
  const newest = unreadable.at(-1)?.error;
  if (snapshots.length > 0 || newest === undefined) {
    return snapshots;
  }
  const none =
    unreadable.length === 1 ? 'the only snapshot cannot' : `none of the snapshots (${unreadable.length}) can`;
  const { code, message, advice, cause } = newest;
  const isDamaged = code === 'DK_MANIFEST_DAMAGED';
  throw new DashkeepError(code, `${none} be read: ${message}`, {
    cause,
    advice: isDamaged ? reason('find-unreadable', { command: 'dashkeep verify' }) : advice,
  });
}

/** Settings for reading many installations. */
export async function fleetOptions(context: CliContext, flags: CommonFlags): Promise<FleetOptions> {
  const { environment, clock, randomness, log } = context;
  const { trustedKeys, storage } = fleetConfig(new Configuration(environment, flags));
  return {
    ...(await openOptions(context, flags, {})),
    trustedKeys,
    state: await openState(context, flags),
    storage: async (target) => ({ ...storage(target), clock, random: randomness, log }),
  };
}

async function openOptions<T>(
  { environment, clock, randomness, log, signal }: CliContext,
  flags: CommonFlags,
  opened: T,
) {
  const configuration = new Configuration(environment, flags);
  const secrets = await encryptionSettings(configuration);
  const trustedKeys = configuration.get('DASHKEEP_TRUSTED_KEYS');
  const ignoreClock = configuration.get('DASHKEEP_IGNORE_CLOCK');
  return { ...opened, clock, randomness, log, trustedKeys, ignoreClock, signal, ...secrets };
}

/** In a cluster the Secret that the chart created; a Job's own file system is gone with it. */
export async function openState({ environment, clock, log }: CliContext, flags: CommonFlags): Promise<StateStore> {
  const configuration = new Configuration(environment, flags);
  const server = apiServer(configuration);
  const name = configuration.find('DASHKEEP_TOKEN_SECRET')?.value;
  const directory = configuration.find('DASHKEEP_KUBE_DIR')?.value;
  const isElsewhere = configuration.find('DASHKEEP_STATE_DIR') !== undefined;
  if (isElsewhere || server === undefined || name === undefined || directory === undefined) {
    return new DirectoryState(stateDirectory(configuration));
  }
  const client = new KubeClient({ ...server, directory, clock, log });
  return new SecretState(client, { namespace: await client.namespace(), name }, clock);
}

/**
 * Milliseconds that a run waits for a Grafana that is down when it begins; not more, since its address may be mistyped.
 */
const START_WITHIN_MS = 3_000;

/** How the settings reach Grafana. @throws DK_SETTINGS when the address or the credentials are missing */
function grafanaLink(
  { environment, clock, randomness, log }: CliContext,
  flags: CommonFlags,
  state: StateStore,
): GrafanaLink {
  const configuration = new Configuration(environment, flags);
  const grafana = grafanaConfig(configuration);
  const credentials = credentialsOf(configuration);
  const given = orgTokenCredentials(grafana.orgTokens);
  let orgCredentials = given;
  const orgs = configuration.get('DASHKEEP_ORGS');
  return {
    ...grafana,
    orgs: orgsOfCommands(orgs),
    credentials: () => credentials,
    orgCredentials: () => orgCredentials,
    async noticeOrgs() {
      if (orgs !== undefined && grafana.admin === undefined) {
        orgCredentials = new Map([...(await storedOrgCredentials(state, grafana.token, log)), ...given]);
      }
    },
    // Of a service that has the same state.
    previews: new PreviewRecords(state, log),
    startWithin: START_WITHIN_MS,
    clock,
    randomness,
    log,
  };
}
