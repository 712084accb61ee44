import { createInterface } from 'node:readline/promises';
import type { World } from './world.ts';

/**
 * Asks whoever sits at the terminal.
 * @returns what was typed; undefined where there is no terminal, or the input ended.
 */
export async function askOnTerminal({ stdin, stderr, signal }: World, question: string): Promise<string | undefined> {
  if (stdin?.isTTY !== true || !stderr.isTTY) {
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
