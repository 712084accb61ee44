import { compact } from '../../contract/compact.ts';
import { DashkeepError } from '../../contract/errors.ts';
import type { Manifest } from '../../contract/manifest.ts';
import type { Diff, DiffItem } from '../../contract/plan.ts';
import { reason, sentenceOf } from '../../contract/reasons/catalogue.ts';
import { diffStored, type StoredSide } from '../../engine/diff-stored.ts';
import { diffLive } from '../../engine/live-diff.ts';
import { detailChanges, type DetailedItem } from '../../engine/diff-detail.ts';
import type { Instance } from '../../grafana/instance.ts';
import { withInstance } from '../../operations/grafana.ts';
import type { Session } from '../../operations/session.ts';
import type { Exit, Register } from '../command.ts';
import type { CommonFlags } from '../config/settings.ts';
import type { CliContext } from '../context.ts';
import { withClockWarning } from '../open.ts';
import { withGrafana, withTarget } from '../options.ts';
import { describedChange, printChanges } from '../output/changes.ts';
import { diffCounts } from '../output/counts.ts';
import { printJson, printLine, printTable } from '../output/output.ts';
import { printable } from '../output/printable.ts';

interface Flags extends CommonFlags {
  detail?: boolean;
}

/** With `detail` what changed has its changes, too. */
type Found = Omit<Diff, 'changed'> & {
  changed: (DiffItem | DetailedItem)[];
  /** The snapshots that lack something, which is not compared. */
  partial?: string[];
  /** Safety snapshots of which most was copied from an earlier one, and when that began. */
  copied?: { id: string; from: string }[];
  /** Organizations of the snapshot that these credentials do not reach. */
  notCompared?: (Manifest['orgs'][number] & { reason: string })[];
};

/** Registers `dashkeep diff`. */
export const registerDiff: Register = (program, run) => {
  withGrafana(withTarget(program.command('diff')))
    .argument('<from>', "snapshot ID, or 'latest'")
    .argument('<to>', "later snapshot ID, or 'live' for the current state of Grafana")
    .option('--detail', 'also show the changes in each resource')
    .description('show added, changed and removed resources')
    .action(run(diff));
};

async function diff(context: CliContext, from: string, to: string, flags: Flags): Promise<Exit> {
  const { found, several } = await withClockWarning(context, flags, (session) =>
    compare(context, session, from, to, flags),
  );
  if (flags.json === true) {
    printJson(context, { ...found, changed: found.changed.map(described) });
    return 0;
  }
  for (const id of found.partial ?? []) {
    printLine(context, `Snapshot ${id} is partial: missing resources are not compared.`);
  }
  for (const { id, from } of found.copied ?? []) {
    printLine(context, `Snapshot ${id}: ${sentenceOf(reason('snapshot-based-on', { time: from }))}`);
  }
  for (const { id, name, reason: why } of found.notCompared ?? []) {
    printLine(context, printable(`not compared: organization ${id} (${name}): ${why}`));
  }
  for (const { kind, reason: why } of found.errors ?? []) {
    printLine(context, printable(`not compared: ${kind}: ${why}`));
  }
  if (found.added.length + found.changed.length + found.removed.length === 0) {
    const isWhole = [found.partial, found.notCompared, found.errors].every((one) => one === undefined);
    printLine(context, isWhole ? 'No differences.' : 'No differences in the compared resources.');
  } else if (flags.detail === true) {
    printDetails(context, found, several);
  } else {
    printDiff(context, found, several);
  }
  diffCounts(found).forEach((line) => printLine(context, line));
  return 0;
}

/** @returns `several`: whether several organizations were compared */
async function compare(
  context: CliContext,
  { repository, grafana }: Session,
  from: string,
  to: string,
  flags: Flags,
): Promise<{ found: Found; several: boolean }> {
  if (from === 'live') {
    throw new DashkeepError('DK_USAGE', "'live' can only be the second argument: dashkeep diff <snapshot> live");
  }
  const earlier = await repository.stored(from, { signal: context.signal });
  const { manifest } = earlier;
  const detailed = async (found: Diff, later: Manifest | Instance): Promise<Found> =>
    flags.detail === true
      ? {
          ...found,
          changed: await detailChanges({ ...context, changed: found.changed, from: manifest, to: later, repository }),
        }
      : found;
  if (to !== 'live') {
    const stored = await repository.stored(to, { signal: context.signal });
    const { manifest: later } = stored;
    const signed = ({ author, ...rest }: typeof stored): StoredSide => ({
      ...rest,
      signature: repository.trust.signature(author),
    });
    const diff = await diffStored(repository, signed(earlier), signed(stored), context);
    const found = { ...(await detailed(diff, later)), ...limitsOf(manifest, later) };
    return { found, several: new Set([...manifest.orgs, ...later.orgs].map(({ id }) => id)).size > 1 };
  }
  return withInstance(grafana(), context.signal, async (whole) => {
    // What the backup did not look at was neither added nor removed.
    const isCovered = ({ id }: { id: number }): boolean => manifest.orgs.some((org) => org.id === id);
    const instance = flags.orgs === undefined ? { ...whole, orgs: whole.orgs.filter(isCovered) } : whole;
    const found = await detailed(await diffLive({ ...context, manifest, repository, instance }), instance);
    const left = manifest.orgs.filter(({ id }) => !whole.orgs.some((org) => org.id === id));
    const notCompared = left.map((org) => ({ ...org, reason: whyNotCompared(manifest.id, org, whole) }));
    return {
      found: { ...found, ...limitsOf(manifest), ...(left.length === 0 ? {} : { notCompared }) },
      several: instance.orgs.length > 1,
    };
  });
}

function limitsOf(...snapshots: readonly Manifest[]): Pick<Found, 'partial' | 'copied'> {
  const partial = snapshots.filter(({ status }) => status === 'partial').map(({ id }) => id);
  const copied = snapshots.flatMap(({ id, basedOn }) => (basedOn === undefined ? [] : { id, from: basedOn.started }));
  return compact({
    partial: partial.length === 0 ? undefined : partial,
    copied: copied.length === 0 ? undefined : copied,
  });
}

function whyNotCompared(
  snapshot: string,
  { id, name }: Manifest['orgs'][number],
  { orgs, serverAdmin, scope }: Instance,
): string {
  if (!serverAdmin || scope.others?.some((org) => org.id === id) === true) {
    return 'the credentials or --orgs do not cover it';
  }
  const [again] = [...orgs, ...(scope.others ?? [])].filter((org) => org.name === name);
  if (again === undefined) {
    return 'Grafana does not have it; restore it with --everything';
  }
  const plan = `dashkeep restore ${snapshot} --overwrite --map-org ${id}=${again.id}`;
  return `Grafana has an organization of this name with ID ${again.id}; \`${plan}\` shows the differences`;
}

function described(item: DiffItem | DetailedItem): object {
  return 'changes' in item ? { ...item, changes: item.changes.map(describedChange) } : item;
}

function printDiff(context: CliContext, found: Found, several: boolean): void {
  const rows = (['added', 'changed', 'removed'] as const).flatMap((what) =>
    found[what].map((item) => cellsOf(what, item, several)),
  );
  printTable(context, ['', ...(several ? ['org'] : []), 'kind', 'uid', 'title'], rows);
}

function cellsOf(what: string, { org, kind, uid, title }: DiffItem, several: boolean): string[] {
  return [what, ...(several ? [String(org)] : []), kind, uid, title];
}

function printDetails(context: CliContext, found: Found, several: boolean): void {
  if (found.added.length + found.removed.length > 0) {
    printDiff(context, { ...found, changed: [] }, several);
  }
  for (const item of found.changed) {
    printLine(context, printable(cellsOf('changed', item, several).join('  ')));
    printChanges(context, 'changes' in item ? item : { changes: [], truncated: false });
  }
}
