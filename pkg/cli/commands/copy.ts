import type { ReasonCode } from '../../contract/reasons/catalogue.ts';
import { copiedNone, runCopyTo, type CopyChoice, type CopyPlace, type CopyReport } from '../../operations/copy.ts';
import { policyOf } from '../../operations/forget.ts';
import { recordRun, type RunOutcome } from '../../operations/run.ts';
import type { Session } from '../../operations/session.ts';
import type { Exit, Register } from '../command.ts';
import { Configuration } from '../config/configuration.ts';
import type { CommonFlags } from '../config/settings.ts';
import { recipientsBeside, sessionIn, withCopyTarget, withSession, withStore } from '../open.ts';
import { askedBy, withBy, withTarget, type AskedBy } from '../options.ts';
import { counted, printLine, printResult, progressPrinter } from '../output/output.ts';
import { printable } from '../output/printable.ts';
import type { CliContext } from '../context.ts';
import type { ObjectStore } from '../../storage/store.ts';

interface Flags extends CommonFlags, AskedBy {
  readData?: boolean;
}

/** Registers `dashkeep copy`. */
export const registerCopy: Register = (program, run) => {
  withBy(withTarget(program.command('copy')))
    .description('copy snapshots to another target, to have a second copy, encrypt them, or move the repository')
    .argument('[url]', 'target of the copy: s3://, azblob://, gs:// or file:// (default: DASHKEEP_COPY_TARGET)')
    .option('--read-data', 'also read back everything in the copy and, if no URL is given, prune the copy')
    .action(run(runCommand));
};

async function runCommand(context: CliContext, url: string | undefined, flags: Flags): Promise<Exit> {
  const progress = progressPrinter(context, flags.json === true);
  // Recipients are for the copy; what is copied is only read.
  const report = await withSession(context, { ...flags, ageRecipients: undefined }, false, (session) => {
    const { signal } = context;
    const run = { kind: 'copy', trigger: 'manual', ...askedBy(flags), signal, onProgress: progress.report } as const;
    return recordRun(session, run, (one) => {
      const copyTo: CopyTo = (place, choice = {}) =>
        runCopyTo(session, place, { ...choice, thorough: flags.readData === true }, one);
      return url === undefined
        ? toSecondTarget(context, flags, session, copyTo)
        : toTarget(context, besideFirst(context, { ...flags, target: url }, session), copyTo);
    });
  }).finally(progress.end);
  printResult(context, flags, report, () => print(context, report));
  const { foreign, different, damaged, newer, verified, warned } = report;
  const isChanged = warned.some(({ code }) => code === ('copy-keeps-changed' satisfies ReasonCode));
  return damaged.length + verified.problems.length > 0
    ? 4
    : foreign.length + different.length + newer.length > 0 || isChanged || copiedNone(report)
      ? 3
      : 0;
}

type CopyTo = (place: CopyPlace, choice?: Pick<CopyChoice, 'kept'>) => Promise<RunOutcome<CopyReport>>;

/** To the target of the flags. */
function toTarget(context: CliContext, flags: Flags, copyTo: CopyTo): Promise<RunOutcome<CopyReport>> {
  return withStore(context, flags, (store) => copyTo(placeIn(context, flags, store)));
}

/** @param recipients - in place of those that are set */
function placeIn(
  context: CliContext,
  flags: Flags,
  store: ObjectStore,
  recipients?: () => readonly string[],
): CopyPlace {
  return {
    store,
    open: (work) =>
      sessionIn(context, flags, { store, create: true, recipients: recipients?.() }, (to) => work(to.repository)),
  };
}

/**
 * Encrypts for the recipients of the first target where none are set: no copy is less protected.
 * @throws DK_ENCRYPTION where not all of those are known
 */
function besideFirst(context: CliContext, flags: Flags, { repository }: Session): Flags {
  const configuration = new Configuration(context.environment, flags);
  if (configuration.secret('DASHKEEP_AGE_IDENTITY') === undefined) {
    // Without an identity, encrypted content cannot be read, so it cannot be copied either.
    return flags;
  }
  const recipients = recipientsBeside(configuration, repository);
  return recipients.length === 0 ? flags : { ...flags, ageRecipients: recipients.join(',') };
}

/** As the service copies: by the rules of the copy, and for the recipients of the first target. */
function toSecondTarget(
  context: CliContext,
  flags: Flags,
  { repository }: Session,
  copyTo: CopyTo,
): Promise<RunOutcome<CopyReport>> {
  const configuration = new Configuration(context.environment, flags);
  return withCopyTarget(context, flags, (store, { keep }) => {
    const rules = keep ?? {
      keepLast: configuration.get('DASHKEEP_KEEP_LAST') ?? 0,
      keepHourly: configuration.get('DASHKEEP_KEEP_HOURLY') ?? 0,
      keepDaily: configuration.get('DASHKEEP_KEEP_DAILY') ?? 0,
      keepWeekly: configuration.get('DASHKEEP_KEEP_WEEKLY') ?? 0,
      keepMonthly: configuration.get('DASHKEEP_KEEP_MONTHLY') ?? 0,
      keepYearly: configuration.get('DASHKEEP_KEEP_YEARLY') ?? 0,
      keepWithin: configuration.get('DASHKEEP_KEEP_WITHIN') ?? '',
    };
    const policy = policyOf(rules, configuration.get('DASHKEEP_TIMEZONE') ?? 'UTC');
    const place = placeIn(context, flags, store, () => recipientsBeside(configuration, repository));
    return copyTo(place, { kept: { policy } });
  });
}

function print(context: CliContext, { copied, present, objects, verified, ...report }: CopyReport): void {
  printLine(
    context,
    `${counted(copied.length, 'snapshot')} copied (${counted(objects, 'object')}); ${present.length} already existed.`,
  );
  const { foreign, different, damaged, newer, forgotten, mended } = report;
  if (forgotten.length > 0) {
    printLine(context, `Retention removed ${counted(forgotten.length, 'snapshot')} from the copy.`);
  }
  if (mended > 0) {
    printLine(context, `Copied again, because they were missing or damaged in the copy: ${counted(mended, 'object')}.`);
  }
  if (foreign.length > 0) {
    printLine(context, `Not copied, because no trusted key signed them: ${foreign.join(', ')}`);
  }
  if (damaged.length > 0) {
    printLine(context, `Not copied, because they are damaged: ${damaged.join(', ')}`);
  }
  if (newer.length > 0) {
    printLine(context, `Not copied, because a newer Dashkeep wrote them: ${newer.join(', ')}. Upgrade Dashkeep here.`);
  }
  if (different.length > 0) {
    printLine(
      context,
      `Not copied, because the other target has different files with the same names: ${different.join(', ')}. ` +
        'Remove them there with `dashkeep forget <id>`, then copy again.',
    );
  }
  report.warnings.forEach((warning) => printLine(context, printable(`warning: ${warning}`)));
  for (const { reason } of verified.problems) {
    printLine(context, printable(`problem in the copy: ${reason}`));
  }
}
