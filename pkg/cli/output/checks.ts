import type { Doctor } from '../../contract/api/status.ts';
import type { CliContext } from '../context.ts';
import { printJson, printLine } from './output.ts';
import { printable } from './printable.ts';

const MARKS = { ok: 'ok     ', warning: 'warning', failed: 'FAILED ', skipped: 'skipped' } as const;

/** Each check with its advice; with `json` one document. */
export function printChecks(context: CliContext, json: boolean, { ok, checks }: Doctor): void {
  if (json) {
    printJson(context, { ok, checks });
    return;
  }
  for (const { name, status, detail, hint, resolved = [] } of checks) {
    printLine(context, printable(`${MARKS[status]}  ${name}: ${detail}`));
    // The address of the target itself is in the detail.
    for (const { name: part, value, source } of resolved.filter((one) => one.source !== 'the target')) {
      printLine(context, printable(`         ${part}: ${value} (${source})`));
    }
    if (hint !== '' && status !== 'ok') {
      printLine(context, printable(`         ${hint}`));
    }
  }
}
