import { reasonSentence, type ReasonData } from '../../contract/reasons/reason.ts';
import type { CliContext } from '../context.ts';
import { printLine } from './output.ts';
import { printable } from './printable.ts';

/** Names what a snapshot leaves out, or may leave out, though no one excluded it. */
export function printUncovered(context: CliContext, subject: string, uncovered: readonly ReasonData[]): void {
  if (uncovered.length > 0) {
    const does = uncovered.every(({ code }) => code.startsWith('covers-unknown-')) ? 'may' : 'does';
    const parts = uncovered.map(reasonSentence).join('; ');
    printLine(context, printable(`note: ${subject} ${does} not cover everything: ${parts}`));
  }
}
