import { compact } from '../../contract/compact.ts';
import { reason, sentenceOf } from '../../contract/reasons/catalogue.ts';
import { reasonSentence } from '../../contract/reasons/reason.ts';
import { isMassChange } from '../../contract/losses/mass-change.ts';
import { countsNow, isRegularBackup, type SnapshotSummary } from '../../contract/manifest.ts';
import { narrowerSnapshots } from '../../repository/snapshots/coverage.ts';
import { futureFinding } from '../../repository/snapshots/future.ts';
import type { Exit, Register } from '../command.ts';
import type { CommonFlags } from '../config/settings.ts';
import { snapshotsOf } from '../open.ts';
import { withTarget } from '../options.ts';
import { bytes, counted, printJson, printLine, printTable } from '../output/output.ts';
import { printUncovered } from '../output/uncovered.ts';
import type { CliContext } from '../context.ts';

/** Registers `dashkeep snapshots`. */
export const registerSnapshots: Register = (program, run) => {
  withTarget(program.command('snapshots'))
    .description('list the snapshots, newest first')
    .addHelpText(
      'after',
      '\nThe list comes from an index. To find manifests that someone changed, run `dashkeep verify`.',
    )
    .action(run(listSnapshots));
};

async function listSnapshots(context: CliContext, flags: CommonFlags): Promise<Exit> {
  const { snapshots, damage } = await snapshotsOf(context, flags);
  const narrower = narrowerSnapshots(snapshots);
  const isDamaged = ({ id }: SnapshotSummary): boolean => damage?.manifests?.includes(id) === true;
  if (flags.json === true) {
    const documents = snapshots.map((one) =>
      compact({ ...one, narrower: narrower.get(one.id), damaged: isDamaged(one) || undefined }),
    );
    printJson(context, { snapshots: documents });
    return 0;
  }
  if (snapshots.length === 0) {
    printLine(context, 'There are no snapshots yet. Create one with `dashkeep backup`.');
    return 0;
  }
  printTable(
    context,
    ['snapshot', 'time', 'status', 'trigger', 'resources', 'size', 'signed', 'hold', 'note'],
    snapshots.map((snapshot) => {
      const { id, time, status, shrunk, trigger, origin, resources, signed, signer, hold, note } = snapshot;
      return [
        id,
        time,
        [
          isDamaged(snapshot) ? 'damaged' : status,
          ...(shrunk === undefined ? [] : [isMassChange(shrunk) ? 'mass change' : 'shrunk']),
          ...(narrower.has(id) ? ['narrower'] : []),
        ].join(', '),
        origin === undefined ? trigger : 'import',
        resources,
        bytes(snapshot.bytes),
        signed ? 'yes' : signer === undefined ? 'no' : `by ${signer}`,
        holdText(snapshot),
        [hold?.note, note?.text].filter(Boolean).join('; '),
      ];
    }),
  );
  const latest = snapshots.find((one) => isRegularBackup(one) && countsNow(one));
  printUncovered(context, 'the latest snapshot', latest?.uncovered ?? []);
  const less = latest && narrower.get(latest.id);
  if (latest !== undefined && less !== undefined) {
    const facts = { snapshot: latest.id, full: less.full, lacks: less.lacks.join(', ') };
    printLine(context, `warning: ${reasonSentence(reason('latest-narrower', facts))}`);
  }
  for (const { id } of snapshots.filter(({ future }) => future === true)) {
    const { why, advice } = futureFinding(id);
    printLine(context, `DK_SNAPSHOT_FUTURE: ${sentenceOf(why)}. ${sentenceOf(advice)}`);
  }
  if (snapshots.some(isDamaged)) {
    printLine(context, 'Damaged snapshots cannot be read. For the reasons, run `dashkeep verify`.');
  }
  if (snapshots.some(({ signed, signer }) => !signed && signer === undefined)) {
    printLine(context, 'Snapshots without a signature do not count. For the reasons, run `dashkeep verify`.');
  }
  const damaged = damage?.objects.length ?? 0;
  if (damaged > 0) {
    const said = `The last verification found ${counted(damaged, 'damaged object')}.`;
    printLine(context, `${said} To list the affected snapshots and resources, run \`dashkeep verify\`.`);
  }
  return 0;
}

function holdText({ hold, holdEnded }: SnapshotSummary): string {
  if (!hold) {
    return holdEnded === undefined ? '' : `ended ${holdEnded}`;
  }
  return hold.unverified === true ? 'unverified' : hold.until === undefined ? 'yes' : `until ${hold.until}`;
}
