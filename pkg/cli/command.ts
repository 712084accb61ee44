import type { Command } from 'commander';
import type { CliContext } from './context.ts';

/** What a command's action returns: the exit code. */
export type Exit = 0 | 1 | 2 | 3 | 4;

/** Adds a command to the program. One file per command exports one of these. */
export type Register = (program: Command, run: Runner) => void;

/** Wraps an action so that its result becomes the exit code and its error a message. */
export type Runner = <Arguments extends unknown[]>(
  action: (context: CliContext, ...given: Arguments) => Promise<Exit>,
) => (...given: Arguments) => Promise<void>;
