import { createInterface } from 'node:readline/promises';
import type { CliContext } from './context.ts';

/** Whether somebody sits at a terminal who can be asked. */
export function isTerminal({ stdin, stderr }: CliContext): boolean {
  return stdin?.isTTY === true && stderr.isTTY;
}

/**
 * Asks anyone who sits at the terminal.
 * @returns what was typed; undefined where there is no terminal, or the input ended.
 */
export async function askOnTerminal(context: CliContext, question: string): Promise<string | undefined> {
  const { stdin, stderr, signal } = context;
  if (stdin === undefined || !isTerminal(context)) {
    return undefined;
  }
  const lines = createInterface({ input: stdin, output: stderr });
  const ended = new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined)));
  try {
    const typed = await Promise.race([lines.question(question, { signal }), ended]);
    return typed?.trim();
  } finally {
    lines.close();
  }
}
