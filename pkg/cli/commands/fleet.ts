import { InvalidArgumentError } from 'commander';
import { compact } from '../../contract/compact.ts';
import { countsNow, isFull, isRegularBackup, type SnapshotSummary } from '../../contract/manifest.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { because, reasonFrom, type Because, type Reason } from '../../contract/reasons/reason.ts';
import { mapConcurrently } from '../../lib/concurrency/each-at-once.ts';
import { foldersOf } from '../../storage/folders.ts';
import { MAX_SKEW } from '../../repository/clocks.ts';
import { notFullReasons } from '../../repository/snapshots/coverage.ts';
import { futureFinding } from '../../repository/snapshots/future.ts';
import { lateAfterSeconds } from '../../service/status/status.ts';
import type { Exit, Register } from '../command.ts';
import { Configuration } from '../config/configuration.ts';
import { targetOf, type CommonFlags } from '../config/settings.ts';
import type { CliContext } from '../context.ts';
import { snapshotsAt, withStore } from '../open.ts';
import { withTarget } from '../options.ts';
import { bytes, printJson, printLine, printTable } from '../output/output.ts';
import { printable } from '../output/printable.ts';

interface Flags extends CommonFlags {
  json?: boolean;
  maxAge?: number;
}

/** One line of `dashkeep fleet`. */
interface Installation {
  target: string;
  /** unknown: the repository could not be read. */
  state: 'ok' | 'attention' | 'unknown';
  /** Seconds since the newest full snapshot began. */
  age?: number;
  /** Of the newest snapshot, in bytes. */
  size?: number;
  resources?: number;
  /** Version of Grafana at the newest snapshot. */
  grafana?: string;
  alarms: Because[];
}

const ALL = '/*';
const AT_ONCE = 16;
/** The intervals between that many snapshots say how often one is expected. */
const LOOKED_AT = 10;
const HOUR = 3_600_000;

/** Registers `dashkeep fleet`. */
export const registerFleet: Register = (program, run) => {
  withTarget(program.command('fleet'))
    .argument('[target...]', 'target of each installation; /* at the end selects every folder')
    .description('show the state of many installations, from their repositories alone')
    .option('--max-age <hours>', 'report a full snapshot older than this (default: two usual intervals)', hoursOf)
    .addHelpText('after', '\nExit codes: 0 all are ok, 1 a repository cannot be read, 3 something needs attention.')
    .action(run(fleet));
};

async function fleet(context: CliContext, targets: string[], flags: Flags): Promise<Exit> {
  const given = targets.length > 0 ? targets : [targetOf(new Configuration(context.environment, flags))];
  const asked = await Promise.all(given.map((target) => installationsAt(context, target, flags)));
  const installations = await mapConcurrently(
    AT_ONCE,
    new Set(asked.flat()),
    (target) => look(context, target, flags),
    context.signal,
  );
  if (flags.json === true) {
    printJson(context, { installations });
  } else {
    print(context, installations);
  }
  const states = new Set(installations.map(({ state }) => state));
  return states.has('unknown') ? 1 : states.has('attention') ? 3 : 0;
}

/** The folders of `s3://bucket/prefix/*`, or the target itself. */
async function installationsAt(context: CliContext, target: string, flags: Flags): Promise<string[]> {
  if (!target.endsWith(ALL)) {
    return [target];
  }
  const above = target.slice(0, -ALL.length);
  const folders = await withStore(context, { ...flags, target: above }, (store) => foldersOf(store, context));
  return folders.map((folder) => `${above}/${folder}`);
}

async function look(context: CliContext, target: string, flags: Flags): Promise<Installation> {
  const { clock, signal } = context;
  let snapshots: SnapshotSummary[];
  try {
    snapshots = await snapshotsAt(context, { ...flags, target });
  } catch (error) {
    signal.throwIfAborted();
    return { target, state: 'unknown', alarms: [because(reasonFrom(error))] };
  }
  const [newest] = snapshots.filter((one) => one.future !== true && isRegularBackup(one));
  const full = snapshots.filter((one) => countsNow(one) && isFull(one));
  const since = full[0] && clock.now().getTime() - Date.parse(full[0].time);
  const age = since && Math.max(0, since);
  const expected = flags.maxAge ?? expectedHours(full);
  const alarms: Reason[] = [
    ...snapshots.filter(({ future }) => future === true).map(({ id }) => futureFinding(id).why),
    ...(newest?.foreign === true ? [reason('fleet-untrusted', { signer: newest.signer ?? 'none' })] : []),
    ...(newest === undefined ? [] : notFullReasons(compact({ ...newest, lastFull: full[0]?.id }))),
    ...(since !== undefined && since < -MAX_SKEW ? [reason('fleet-clock-behind', { time: full[0]?.time ?? '' })] : []),
    ...(age === undefined ? [reason('fleet-never-full')] : overdue(age / HOUR, expected)),
  ];
  return {
    target,
    state: alarms.length === 0 ? 'ok' : 'attention',
    ...(age === undefined ? {} : { age: Math.round(age / 1000) }),
    ...(newest === undefined ? {} : { size: newest.bytes, resources: newest.resources }),
    ...(newest?.grafana === undefined ? {} : { grafana: newest.grafana.version }),
    alarms: alarms.map(because),
  };
}

function overdue(hours: number, expected: number): Reason[] {
  const rounded = { hours: shownHours(hours), expected: shownHours(expected) };
  return hours > expected ? [reason('fleet-overdue', rounded)] : [];
}

function shownHours(hours: number): string {
  return hours.toFixed(hours < 10 ? 1 : 0);
}

/**
 * Two of the usual intervals between full snapshots, newest first; Infinity where fewer than two exist. Never less than
 * an hour: backups by hand come close together, and announce no next one.
 */
function expectedHours(full: readonly SnapshotSummary[]): number {
  const times = full.slice(0, LOOKED_AT).map(({ time }) => Date.parse(time));
  const gaps = times.slice(1).map((time, index) => (times[index] ?? time) - time);
  const usual = gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)];
  return usual === undefined ? Infinity : Math.max(1, (lateAfterSeconds(usual / 1000) * 1000) / HOUR);
}

function print(context: CliContext, installations: readonly Installation[]): void {
  printTable(
    context,
    ['target', 'state', 'last full', 'resources', 'size', 'Grafana'],
    installations.map(({ target, state, age, size, resources, grafana }) => [
      target,
      state,
      age === undefined ? '–' : `${(age / 3600).toFixed(1)} h ago`,
      resources ?? '–',
      size === undefined ? '–' : bytes(size),
      grafana ?? '–',
    ]),
  );
  for (const { target, alarms } of installations) {
    for (const { reason: text } of alarms) {
      printLine(context, printable(`${target}: ${text}`));
    }
  }
}

function hoursOf(text: string): number {
  const hours = Number(text);
  if (!(hours > 0)) {
    throw new InvalidArgumentError('Give a number of hours above 0.');
  }
  return hours;
}
