import { compact } from '../../contract/compact.ts';
import type { Coverage } from '../../contract/coverage.ts';
import type { Shrunk } from '../../contract/losses/losses.ts';
import type { Manifest, SnapshotStatus } from '../../contract/manifest.ts';
import { reason, type KnownReason } from '../../contract/reasons/catalogue.ts';
import { refusal, reasonSentence, warningOf, type ReasonData } from '../../contract/reasons/reason.ts';
import type { Selection } from '../../engine/restore/types.ts';
import type { Repository } from '../../repository/repository.ts';
import { coverageOf, latestReason, narrowerReason, notFullReasons } from '../../repository/snapshots/coverage.ts';
import { namesResources } from './orgs.ts';
import { askOnTerminal } from '../prompt.ts';
import { printLine } from '../output/output.ts';
import { printable } from '../output/printable.ts';
import type { CliContext } from '../context.ts';

/** What to know of a snapshot before and after it is restored. */
export interface AboutSnapshot {
  status: SnapshotStatus;
  coverage: Coverage;
  shrunk?: Shrunk;
  lastFull?: string;
  warnings: string[];
  warned: ReasonData[];
}

/**
 * @param selection - what is restored, where the credentials narrow it
 * @param more - what else to know of its plan, such as why a person may want another snapshot
 */
export function aboutSnapshot(
  manifest: Manifest,
  selection: Selection = {},
  more: readonly KnownReason[] = [],
): AboutSnapshot {
  const { status, shrunk, lastFull, orgs } = manifest;
  const left = orgs.filter((org) => selection.orgs?.includes(org.id) === false);
  const names = left.map((org) => `${org.id} (${org.name})`).join(', ');
  const why = [
    ...notFullReasons(manifest),
    ...more,
    ...(left.length === 0 ? [] : [reason('plan-leaves-orgs', { orgs: names })]),
  ];
  return compact({ status, coverage: coverageOf(manifest), shrunk, lastFull, ...warningOf(why) });
}

/** What the snapshot is, as the first lines of a plan and the last ones of a result. */
export function printAbout(context: CliContext, snapshot: string, { status, coverage, warnings }: AboutSnapshot): void {
  printLine(context, printable(`Snapshot ${snapshot} is ${status}. It covers ${coverage.text}.`));
  warnings.forEach((warning) => printLine(context, printable(`warning: ${warning}`)));
}

/** Why a person may not want the latest snapshot for a restore that names no resources: an earlier one covers more. */
export async function narrowerThanBefore(
  { signal }: CliContext,
  repository: Pick<Repository, 'snapshots'>,
  manifest: Manifest,
  { named, selection }: { named: string; selection: Selection },
): Promise<KnownReason | undefined> {
  return named === 'latest' && !namesResources(selection)
    ? narrowerReason(manifest, await repository.snapshots({ whole: true, signal }), { byReach: true })
    : undefined;
}

/**
 * Asserts that a person wants this snapshot, where everything is restored from a latest one that is not all there was.
 * @throws DK_CONFIRMATION when it has to be named by its ID
 */
export async function assertLatestWanted(
  context: CliContext,
  manifest: Manifest,
  narrower: KnownReason | undefined,
  { named, everything, apply, json }: { named: string; everything?: boolean; apply?: boolean; json?: boolean },
): Promise<void> {
  const why = named === 'latest' ? (latestReason(manifest) ?? narrower) : undefined;
  if (why === undefined || everything !== true || apply !== true) {
    return;
  }
  const question = printable(`${reasonSentence(why)}. Type '${manifest.id}' to restore it anyway: `);
  const typed = json === true ? undefined : await askOnTerminal(context, question);
  if (typed !== manifest.id) {
    throw refusal('DK_CONFIRMATION', why, { advice: reason('name-by-id') });
  }
}
