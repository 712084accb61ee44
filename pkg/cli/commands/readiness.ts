import { Option } from 'commander';
import {
  CONFIRMABLE,
  REPORT_FORMATS,
  type Confirmable,
  type Readiness,
  type ReadinessItem,
  type ReadinessLevel,
  type ReportFormat,
} from '../../contract/api/readiness.ts';
import { reasonSentence } from '../../contract/reasons/reason.ts';
import { DAY_MS, QUARTER } from '../../service/readiness/lines/line.ts';
import { buildService } from '../../service/serve.ts';
import type { Exit, Register } from '../command.ts';
import { serviceConfig } from '../config/service.ts';
import { beginningOf, endOf } from '../dates.ts';
import type { CommonFlags } from '../config/settings.ts';
import { askedBy, withBy, withJson, addServiceOptions, withTargetUrl, type AskedBy } from '../options.ts';
import { printLine, printResult } from '../output/output.ts';
import { printable } from '../output/printable.ts';
import { VERSION, type CliContext } from '../context.ts';

interface Flags extends CommonFlags, AskedBy {
  confirm?: Confirmable;
  report?: ReportFormat;
  from?: string;
  to?: string;
}

/** Registers `dashkeep readiness`. */
export const registerReadiness: Register = (program, run) => {
  withBy(withJson(withTargetUrl(addServiceOptions(program.command('readiness')))))
    .description('check whether a recovery would work today, and show the evidence')
    .addOption(
      new Option('--confirm <line>', 'confirm a line that Dashkeep cannot check, then print the report').choices(
        CONFIRMABLE,
      ),
    )
    .addOption(
      new Option('--report <format>', 'print a report for a period instead')
        .choices(REPORT_FORMATS)
        .conflicts(['json', 'confirm']),
    )
    .option('--from <date>', 'first day of the report (UTC), or a time in ISO format (default: 92 days before the end)')
    .option('--to <date>', 'last day of the report (UTC), or a time in ISO format (default: now)')
    .addHelpText('after', '\nExit codes: 0 ready, 1 not ready, 3 needs attention. With --report: 0.')
    .action(run(readiness));
};

const MARKS: Record<ReadinessLevel, string> = { ok: 'ok     ', warning: 'warning', bad: 'BAD    ', unknown: 'unknown' };
const EXITS: Record<Readiness['level'], Exit> = { ready: 0, attention: 3, 'not-ready': 1 };

async function readiness(context: CliContext, flags: Flags): Promise<Exit> {
  const { clock, randomness, log, signal } = context;
  const service = await buildService(serviceConfig(context.environment, flags, VERSION), { clock, randomness, log });
  try {
    const { readiness: asked } = service.parts;
    const { report: format } = flags;
    if (format !== undefined) {
      const period = periodOf(flags, clock.now());
      context.stdout.write(await service.examine(() => asked.periodReport({ format, ...period }, undefined, signal)));
      return 0;
    }
    const report = await service.examine(async () => {
      if (flags.confirm !== undefined) {
        await asked.confirm(flags.confirm, askedBy(flags).by, signal);
      }
      return asked.report(undefined, signal);
    });
    printResult(context, flags, report, () => print(context, report));
    return EXITS[report.level];
  } finally {
    await service.stop();
  }
}

/** The last quarter by default. @throws DK_USAGE */
function periodOf({ from, to }: Flags, now: Date): { from: Date; to: Date } {
  const end = to === undefined ? now : endOf(to);
  return { from: from === undefined ? new Date(end.getTime() - QUARTER * DAY_MS) : beginningOf(from), to: end };
}

function print(context: CliContext, { level, evidence }: Readiness): void {
  for (const { code, level: one, at, confirmable, subject, detail, hint, items = [] } of evidence) {
    const time = at === undefined ? '' : ` (${at})`;
    printLine(context, printable(`${MARKS[one]}  ${reasonSentence(subject)}: ${detail}${time}`));
    for (const item of items) {
      printLine(context, printable(`         ${nameOf(item)}`));
    }
    if (hint !== '') {
      const command = confirmable === true ? ` (dashkeep readiness --confirm ${code})` : '';
      printLine(context, printable(`         ${hint}${command}`));
    }
  }
  printLine(context, level);
}

function nameOf({ org, kind, uid, title, detail }: ReadinessItem): string {
  return kind === 'plugin' ? `${uid} ${detail}` : `org ${org}, ${kind} ${title}: ${detail}`;
}
