import pLimit from 'p-limit';
import { compact } from '../contract/compact.ts';
import type { Installation } from '../contract/api/readiness.ts';
import { countsNow, isFull, isRegularBackup, type SnapshotSummary } from '../contract/manifest.ts';
import { lateAfterSeconds } from '../contract/runs.ts';
import { reason } from '../contract/reasons/catalogue.ts';
import { because, reasonFrom, type ReasonData } from '../contract/reasons/reason.ts';
import { mapConcurrently } from '../lib/concurrency/each-at-once.ts';
import type { Abortable } from '../lib/abortable.ts';
import { groupBy } from '../lib/group-by.ts';
import { hasCode, valueIf } from '../lib/expected-errors.ts';
import { compareClocks, MAX_SKEW } from '../repository/clocks.ts';
import { snapshotsOfInstallation, type InstallationOptions } from '../repository/installation.ts';
import { notFullReasons } from '../repository/snapshots/coverage.ts';
import { futureFinding } from '../repository/snapshots/future.ts';
import { SharedStores } from '../storage/shared.ts';
import type { ObjectStore } from '../storage/store.ts';
import type { OpenStoreOptions } from '../storage/open.ts';

export interface FleetOptions extends Omit<InstallationOptions, 'store' | 'manifests'> {
  /** What is set for a target. */
  storage: (target: string) => Promise<OpenStoreOptions>;
  /** Age in hours from which a full snapshot is too old; two usual intervals by default. */
  maxAge?: number;
}

const ALL = '/*';
const AT_ONCE = 16;
/** Anyone who can write to the bucket can add folders. */
const MAX_FOLDERS = 1000;
/** The expected interval is the median between this many snapshots. */
const LOOKED_AT = 10;
const HOUR = 3_600_000;

/** An installation, with the identity of its repository. */
interface Looked {
  installation: Installation;
  /** ID of its repository, if it could be read. */
  repository?: string;
  /** Description of its store. */
  place?: string;
}

/**
 * The state of installations, from their repositories, in the order of the targets. If one cannot be read, its state is
 * unknown. Installations with the same repository need attention, because anyone who can write to a bucket can copy one
 * over another, including signatures.
 * @param targets - one that ends with a slash and an asterisk selects every folder
 */
export async function lookAtFleet(targets: readonly string[], options: FleetOptions): Promise<Installation[]> {
  const stores = new SharedStores(options.storage);
  const manifests = pLimit(1);
  const clocks = new Clocks(options);
  try {
    const found = await mapConcurrently(AT_ONCE, targets, (target) => installationsAt(target, stores, options));
    const looked = await mapConcurrently(
      AT_ONCE,
      new Map(found.flat().map((one) => [one.target, one])).values(),
      (one) =>
        'state' in one
          ? Promise.resolve({ installation: one })
          : look(one.target, stores, { ...options, manifests }, clocks),
      options.signal,
    );
    return withTwins(looked);
  } finally {
    await stores.close();
  }
}

/** The folders of `s3://bucket/prefix/*`, or the target itself. */
async function installationsAt(
  target: string,
  stores: SharedStores,
  { signal }: Abortable,
): Promise<(Installation | { target: string })[]> {
  if (!target.endsWith(ALL)) {
    return [{ target }];
  }
  const above = target.slice(0, -ALL.length);
  try {
    const folders = await (await stores.open(above)).folders('', { signal });
    const shown = folders.slice(0, MAX_FOLDERS).map((folder) => ({ target: `${above}/${folder}` }));
    if (shown.length === 0) {
      return [{ target, state: 'unknown', alarms: [because(reason('fleet-no-folders'))] }];
    }
    const left = folders.length - shown.length;
    const tooMany = reason('fleet-too-many', { count: `${folders.length}`, shown: `${shown.length}` });
    return left === 0 ? shown : [...shown, { target, state: 'unknown', alarms: [because(tooMany)] }];
  } catch (error) {
    signal?.throwIfAborted();
    return [unknown(target, error)];
  }
}

function unknown(target: string, error: unknown): Installation {
  return { target, state: 'unknown', alarms: [because(reasonFrom(error))] };
}

function withTwins(looked: readonly Looked[]): Installation[] {
  const byRepository = groupBy(looked, ({ repository }) => repository);
  return looked.map(({ installation, repository, place }) => {
    const twins = repository === undefined ? [] : (byRepository.get(repository) ?? []);
    const twin = twins.find((one) => one.place !== place);
    if (twin === undefined) {
      return installation;
    }
    const alarm = because(reason('fleet-twin', { target: twin.installation.target }));
    const { readiness } = installation;
    return {
      ...installation,
      state: 'attention',
      ...(readiness?.level === 'ready' ? { readiness: { level: 'attention', ...alarm } } : {}),
      alarms: [...installation.alarms, alarm],
    };
  });
}

async function look(
  target: string,
  stores: SharedStores,
  options: FleetOptions & Pick<InstallationOptions, 'manifests'>,
  clocks: Clocks,
): Promise<Looked> {
  try {
    const store = await stores.open(target);
    const [{ repository, ...found }] = await Promise.all([
      snapshotsOfInstallation({ ...options, store }),
      clocks.compare(target, store),
    ]);
    return { installation: stateOf(target, found, options), repository, place: store.description };
  } catch (error) {
    options.signal?.throwIfAborted();
    return { installation: unknown(target, error) };
  }
}

/** Compares this machine's clock, by which ages are, with each bucket's: once, because it takes a request. */
class Clocks {
  readonly #options: FleetOptions;
  readonly #compared = new Map<string, Promise<unknown>>();

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  /** @throws DK_CLOCK_SKEW as `compareClocks`; whatever else fails is reported by those who read */
  async compare(target: string, store: ObjectStore): Promise<void> {
    const { protocol, host } = new URL(target);
    const bucket = `${protocol}//${host}`;
    const compared = this.#compared.get(bucket) ?? compareClocks({ ...this.#options, store }, this.#options);
    this.#compared.set(bucket, compared);
    await compared.catch(valueIf((error) => !hasCode('DK_CLOCK_SKEW')(error), undefined));
  }
}

function stateOf(
  target: string,
  { snapshots, newer }: { snapshots: readonly SnapshotSummary[]; newer?: string | undefined },
  { clock, maxAge }: Pick<FleetOptions, 'clock' | 'maxAge'>,
): Installation {
  const [newest] = snapshots.filter((one) => one.future !== true && isRegularBackup(one));
  const full = snapshots.filter((one) => countsNow(one) && isFull(one));
  const since = full[0] && clock.now().getTime() - Date.parse(full[0].time);
  const isBehind = since !== undefined && since < -MAX_SKEW;
  const expected = maxAge ?? expectedHours(full);
  const alarms: ReasonData[] = [
    ...snapshots.filter(({ future }) => future === true).map(({ id }) => futureFinding(id).why),
    ...(newer === undefined ? [] : [reason('snapshot-newer', { snapshot: newer })]),
    ...(newest?.foreign === true ? [reason('fleet-untrusted', { signer: newest.signer ?? 'none' })] : []),
    ...(newest === undefined ? [] : notFullReasons(compact({ ...newest, lastFull: full[0]?.id }))),
    ...(newest?.foreign === true ? [] : (newest?.uncovered ?? [])),
    ...(isBehind ? [reason('fleet-clock-behind', { time: full[0]?.time ?? '' })] : []),
    ...(since === undefined ? [reason('fleet-never-full')] : overdue(since / HOUR, expected)),
  ];
  return {
    target,
    state: alarms.length === 0 ? 'ok' : 'attention',
    ...(since === undefined || isBehind ? {} : { age: Math.round(Math.max(0, since) / 1000) }),
    ...(newest === undefined ? {} : { size: newest.bytes, resources: newest.resources }),
    ...(newest?.grafana === undefined ? {} : { grafana: newest.grafana.version }),
    readiness: readinessFrom(alarms, since === undefined || newest?.foreign === true),
    alarms: alarms.map(because),
  };
}

/** The worst reason for the level comes first. */
function readinessFrom(alarms: readonly ReasonData[], isLost: boolean): NonNullable<Installation['readiness']> {
  const worst = alarms.find(({ code }) => code === 'fleet-never-full' || code === 'fleet-untrusted') ?? alarms[0];
  return {
    level: isLost ? 'not-ready' : worst === undefined ? 'ready' : 'attention',
    ...because(worst ?? reason('fleet-ready')),
  };
}

function overdue(hours: number, expected: number): ReasonData[] {
  const rounded = { hours: shownHours(hours), expected: shownHours(expected) };
  return hours > expected ? [reason('fleet-overdue', rounded)] : [];
}

function shownHours(hours: number): string {
  return hours.toFixed(hours < 10 ? 1 : 0);
}

/**
 * Two of the usual intervals between full snapshots, which are newest first; Infinity if fewer than two exist. At least
 * an hour, because manual backups can be minutes apart and follow no schedule.
 */
function expectedHours(full: readonly SnapshotSummary[]): number {
  const times = full.slice(0, LOOKED_AT).map(({ time }) => Date.parse(time));
  const gaps = times.slice(1).map((time, index) => (times[index] ?? time) - time);
  const usual = gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)];
  return usual === undefined ? Infinity : Math.max(1, (lateAfterSeconds(usual / 1000) * 1000) / HOUR);
}
