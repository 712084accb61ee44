import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { CliContext } from './context.ts';

/** Whether somebody sits at a terminal who can be asked. */
export function isTerminal({ stdin, stderr }: CliContext): boolean {
  return stdin?.isTTY === true && stderr.isTTY;
}

/**
 * Asks anyone who sits at the terminal.
 * @param options.hidden - do not show the input, and keep spaces at its ends
 * @returns what was typed; undefined where there is no terminal, or the input ended.
 */
export async function askOnTerminal(
  context: CliContext,
  question: string,
  { hidden = false } = {},
): Promise<string | undefined> {
  const { stdin, stderr, signal } = context;
  if (stdin === undefined || !isTerminal(context)) {
    return undefined;
  }
  // In raw mode, the terminal does not echo input.
  const nowhere = new Writable({ write: (_text, _encoding, done) => done() });
  const lines = createInterface(
    hidden ? { input: stdin, output: nowhere, terminal: true } : { input: stdin, output: stderr },
  );
  const ended = new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined)));
  try {
    if (hidden) {
      stderr.write(question);
    }
    const typed = await Promise.race([lines.question(question, { signal }), ended]);
    return hidden ? typed : typed?.trim();
  } finally {
    lines.close();
    if (hidden) {
      stderr.write('\n');
    }
  }
}
