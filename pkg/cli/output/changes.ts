import type { ReadableChange } from '../../contract/api/diff.ts';
import { changeSentence } from '../../contract/changes/catalogue.ts';
import type { CliContext } from '../context.ts';
import { printLine } from './output.ts';
import { printable } from './printable.ts';

/** A change as it is printed as JSON: the English sentence beside the data. */
export function describedChange(change: ReadableChange): ReadableChange & { text: string } {
  return { text: changeSentence(change), ...change };
}

/** Changes below the line of their resource; texts that changed as they were and as they are. */
export function printChanges(
  context: CliContext,
  { changes, truncated }: { changes: readonly ReadableChange[]; truncated: boolean },
): void {
  for (const change of changes) {
    printLine(context, `    ${printable(changeSentence(change))}`);
    printText(context, '-', change.before);
    printText(context, '+', change.after);
  }
  if (truncated) {
    printLine(context, '    More differences exist. To see all of them, compare the output of `dashkeep cat`.');
  }
}

/** Only texts: of other values the sentence is enough, and `dashkeep cat` has them. */
function printText(context: CliContext, sign: string, value: unknown): void {
  if (typeof value === 'string' && value !== '') {
    value.split('\n').forEach((line) => printLine(context, `      ${sign} ${printable(line)}`));
  }
}
