import { asDashkeepError, type DashkeepError } from '../../contract/errors.ts';
import type { Loss } from '../../contract/losses/losses.ts';
import { isFull, problemCount, type Manifest } from '../../contract/manifest.ts';
import { reason, type KnownReason } from '../../contract/reasons/catalogue.ts';
import { reasonSentence } from '../../contract/reasons/reason.ts';
import { isNotAskedFor } from '../../engine/scope.ts';
import { backupReport } from '../../engine/backup/report.ts';
import { runBackup } from '../../operations/backup.ts';
import { recordRun } from '../../operations/run.ts';
import {
  acceptLossAdvice,
  coverageOf,
  namesAllOrgs,
  orgsBackAdvice,
  putBackAdvice,
  shrunkReason,
  upgradeReason,
} from '../../repository/snapshots/coverage.ts';
import { findingError } from '../../repository/signing/finding-error.ts';
import { alarmsOf, printWarnings } from '../output/alarms.ts';
import { causesOf } from '../output/causes.ts';
import type { Exit, Register } from '../command.ts';
import { Configuration } from '../config/configuration.ts';
import { backupChoice, type CommonFlags } from '../config/settings.ts';
import { withGrafanaSession } from '../open.ts';
import { askedBy, setting, withBy, withGrafana, withKinds, withTarget, type AskedBy } from '../options.ts';
import { bytes, counted, printLine, printResult, printTable, progressPrinter } from '../output/output.ts';
import { printable } from '../output/printable.ts';
import type { CliContext } from '../context.ts';

interface Flags extends CommonFlags, AskedBy {
  acceptLoss?: string;
  bestEffort?: boolean;
}

/** Registers `dashkeep backup`. */
export const registerBackup: Register = (program, run) => {
  withBy(withKinds(withGrafana(withTarget(program.command('backup')))))
    .description('create a snapshot of Grafana')
    .addOption(setting('DASHKEEP_PLAIN_COPIES'))
    .addOption(setting('DASHKEEP_FULL_READ_EVERY'))
    .option('--accept-loss <snapshot>', 'accept the losses that this snapshot reports')
    .option('--best-effort', 'exit with code 0 even if the backup fails or is partial')
    .action(run(unlessBestEffort));
};

async function unlessBestEffort(context: CliContext, flags: Flags): Promise<Exit> {
  try {
    const exit = await backup(context, flags);
    return flags.bestEffort === true ? 0 : exit;
  } catch (error) {
    if (flags.bestEffort !== true || context.signal.aborted) {
      throw error;
    }
    const { code, message, hint } = asDashkeepError(error);
    context.log.error({ code, hint }, message);
    return 0;
  }
}

async function backup(context: CliContext, flags: Flags): Promise<Exit> {
  const progress = progressPrinter(context, flags.json === true);
  const configuration = new Configuration(context.environment, flags);
  const choice = { ...backupChoice(configuration), acceptLoss: flags.acceptLoss };
  const run = {
    kind: 'backup',
    trigger: 'manual',
    ...askedBy(flags),
    signal: context.signal,
    onProgress: progress.report,
  } as const;
  let alarms: DashkeepError[] = [];
  const { manifest, findings, isSigned } = await withGrafanaSession(context, flags, true, async (session) => {
    const { keys } = session.repository.trust;
    const made = await recordRun(session, run, async (one) => {
      const outcome = await runBackup(session, choice, one);
      alarms = alarmsOf(outcome);
      return outcome;
    });
    const found = (await keys.target?.read())?.findings ?? [];
    return { manifest: made, findings: found, isSigned: keys.state === undefined || keys.own !== undefined };
  }).finally(progress.end);
  printResult(context, flags, backupReport(manifest), () => printReport(context, manifest, configuration));
  printWarnings(context, flags, [...alarms, ...findings.map(findingError)]);
  // A state that cannot be written was reported: without a signature, the snapshot may not count later.
  return isFull(manifest) && findings.length === 0 && isSigned && alarms.length === 0 ? 0 : 3;
}

function printReport(context: CliContext, manifest: Manifest, configuration: Configuration): void {
  const causes = new Set(manifest.errors.map(({ reason }) => reason));
  const rows = Object.entries(manifest.kinds)
    .filter(([, report]) => !isNotAskedFor(report) && (report.listed > 0 || report.reason !== undefined))
    .map(([kind, report]) => [
      kind,
      report.listed,
      report.stored,
      report.reused,
      report.skipped,
      report.failed,
      report.reason !== undefined && causes.has(report.reason) ? 'not read, see below' : (report.reason ?? ''),
    ]);
  printTable(context, ['kind', 'listed', 'stored', 'reused', 'skipped', 'failed', ''], rows);
  causesOf(manifest.errors, manifest.orgs).forEach((line) => printLine(context, printable(`not read: ${line}`)));
  printShrunk(context, manifest);
  printUpgrade(context, manifest);
  const size = manifest.resources.reduce((sum, entry) => sum + entry.bytes, 0);
  printLine(
    context,
    `snapshot ${manifest.id} is ${manifest.status}: ${counted(manifest.resources.length, 'resource')}, ${bytes(size)}`,
  );
  const { text, parts, advice } = coverageOf(manifest);
  printLine(context, printable(`it covers ${text}`));
  if (parts.some(({ code }) => code === 'covers-unread')) {
    printLine(context, '--full-read-every 1 reads everything');
  }
  const hasAdmin = configuration.secret('GRAFANA_ADMIN_USER') !== undefined;
  const isToSet = ({ code }: KnownReason): boolean => code === 'include-server-kinds' && !hasAdmin;
  advice.forEach((one) => printLine(context, reasonSentence(isToSet(one) ? reason('set-server-admin') : one)));
}

function printShrunk(context: CliContext, manifest: Manifest): void {
  const { id, shrunk } = manifest;
  if (shrunk !== undefined) {
    printLine(context, `warning: ${reasonSentence(shrunkReason(shrunk))}`);
    const isUnread = isAllUnread(shrunk, manifest);
    const { losses, overwritten = [] } = shrunk;
    const lost = { missing: losses.length > 0 || overwritten.length === 0, changed: overwritten.length > 0 };
    const advice = [
      ...(isUnread ? [reason('read-again')] : putBackAdvice(shrunk.since, id, lost)),
      orgsBackAdvice(manifest),
      acceptLossAdvice(id, shrunk),
    ];
    advice.forEach((one) => one && printLine(context, reasonSentence(one)));
    if (losses.some(({ kind, gone, before }) => kind === 'annotation' && gone === before)) {
      printLine(
        context,
        'If max_age or max_annotations_to_keep in Grafana’s settings removed the annotations, accept the loss.',
      );
    }
  }
}

/** Whether all losses are resources that could not be read or were out of reach, and may still exist. */
function isAllUnread(
  { losses, overwritten }: NonNullable<Manifest['shrunk']>,
  { errors, kinds, orgs, scope }: Manifest,
): boolean {
  const isOutOfReach = (org: number): boolean => !namesAllOrgs(scope) && !orgs.some(({ id }) => id === org);
  const isUnread = ({ org, kind, gone }: Loss): boolean => {
    if ((org !== undefined && isOutOfReach(org)) || (kind !== undefined && kinds[kind]?.reason !== undefined)) {
      return true;
    }
    const causes = errors.filter((one) => one.kind === kind && (org === undefined || one.org === org));
    return causes.some(({ uid }) => uid === '') || problemCount(causes) >= gone;
  };
  const ofKinds = losses.filter(({ kind }) => kind !== undefined);
  return overwritten === undefined && ofKinds.length > 0 && ofKinds.every(isUnread);
}

function printUpgrade(context: CliContext, { id, upgrade }: Manifest): void {
  if (upgrade?.first === id) {
    printLine(context, reasonSentence(upgradeReason(upgrade)));
    const { orgs = [] } = upgrade;
    const lost = {
      missing: orgs.some(({ gone }) => gone > 0),
      changed: orgs.some((org) => org.older + org.changed > 0),
    };
    putBackAdvice(upgrade.since, id, lost).forEach((one) => printLine(context, reasonSentence(one)));
  }
}
