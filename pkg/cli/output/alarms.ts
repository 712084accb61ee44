import { DashkeepError } from '../../contract/errors.ts';
import { sentenceOf } from '../../contract/reasons/catalogue.ts';
import type { RunLine } from '../../contract/runs.ts';
import { ALARMING } from '../../repository/encryption/recipient-findings.ts';
import type { CliContext } from '../context.ts';
import { printLine } from './output.ts';

/** @returns what a run found about the encryption that a person must hear of, with advice */
export function alarmsOf({ warned }: Pick<RunLine, 'warned'>): DashkeepError[] {
  return ALARMING.filter(({ why }) => warned?.some(({ code }) => code === why.code)).map(
    ({ why, advice }) => new DashkeepError('DK_ENCRYPTION', sentenceOf(why), { advice }),
  );
}

/** Changes of the repository, reported after each run until someone accepts them, and of who can read it. */
export function printWarnings(
  context: CliContext,
  { json }: { json?: boolean },
  warnings: readonly DashkeepError[],
): void {
  for (const { code, message, hint } of warnings) {
    if (json === true) {
      context.log.warn({ code, advice: hint }, message);
    } else {
      printLine(context, `warning: ${message}\n${hint}`);
    }
  }
}
