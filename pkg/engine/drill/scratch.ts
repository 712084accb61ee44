import { setMaxListeners } from 'node:events';
import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import type { Clock, Log } from '../../contract/ports.ts';
import { sentenceOf, type KnownReason } from '../../contract/reasons/catalogue.ts';

/** Making it may take so long. An interruption must not leave open whether it was made, so it waits for the answer. */
export const CREATE_LIMIT_MS = 60_000;
/** Removing may take so long, in milliseconds, whatever happened before. */
const REMOVE_LIMIT_MS = 120_000;
const REMOVE_TRIES = 6;
const REMOVE_PAUSE_MS = 500;

/** A place that is made for a drill and removed after it. */
export interface Scratch {
  readonly type: 'org' | 'folder';
  readonly name: string;
  /** What a person does when it could not be removed. */
  readonly steps: KnownReason;
  /** Removes it with all that the drill put there, and looks that it is gone. Nothing there = nothing to do. */
  remove(signal: AbortSignal): Promise<void>;
}

/**
 * Works in a scratch place and removes it again, whatever becomes of the work: it may have failed or been interrupted,
 * so the removal has its own signal and time limit.
 * @returns what is left behind and how to remove it; undefined when nothing is.
 */
export async function withScratch(
  run: { clock: Clock; log: Log },
  scratch: Scratch,
  work: () => Promise<void>,
): Promise<string | undefined> {
  try {
    await work();
  } catch (error) {
    const leftover = await removed(run, scratch);
    if (leftover === undefined) {
      throw error;
    }
    const code = error instanceof DashkeepError ? error.code : 'DK_INTERNAL';
    throw new DashkeepError(code, `${reasonOf(error)}; ${leftover}`, { cause: error, advice: scratch.steps });
  }
  return removed(run, scratch);
}

async function removed({ clock, log }: { clock: Clock; log: Log }, scratch: Scratch): Promise<string | undefined> {
  const signal = AbortSignal.timeout(REMOVE_LIMIT_MS);
  // Many concurrent requests listen to it.
  setMaxListeners(0, signal);
  for (let attempt = 1; ; attempt++) {
    try {
      await scratch.remove(signal);
      return undefined;
    } catch (error) {
      if (attempt < REMOVE_TRIES && !signal.aborted) {
        // Grafana's counts and searches lag behind its writes.
        await clock.sleep(REMOVE_PAUSE_MS * 2 ** (attempt - 1), signal).catch(() => undefined);
        continue;
      }
      const steps = sentenceOf(scratch.steps);
      const leftover = `the temporary ${scratch.type} '${scratch.name}' still exists (${reasonOf(error)})`;
      // Of an interrupted run nobody sees the error.
      log.error({ steps }, leftover);
      return `${leftover}: ${steps}`;
    }
  }
}
