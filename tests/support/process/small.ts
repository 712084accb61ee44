import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

interface Wanted {
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  input?: Buffer;
}

interface Finished {
  id: number;
  /** The exit code; null: it was not started, or was killed. */
  code: number | null;
  stdout: Buffer;
  stderr: Buffer;
}

let child: ChildProcess | undefined;
let last = 0;
const waiting = new Map<number, (finished: Finished) => void>();

/**
 * Runs a program from a small process. A process with the modules and data of many tests shares its memory with each
 * program that it starts, page by page, which takes longer than Git itself.
 */
export function runSmall(wanted: Wanted): Promise<Finished> {
  const small = (child ??= start());
  const id = (last += 1);
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    // A script that waits for nothing else would end.
    small.channel?.ref();
    small.send({ id, ...wanted });
  });
}

/** The process ends with its parent. */
function start(): ChildProcess {
  const path = join(import.meta.dirname, 'small-inside.mjs');
  const started = fork(path, { execArgv: [], serialization: 'advanced' });
  started.on('message', (finished: Finished) => {
    waiting.get(finished.id)?.(finished);
    waiting.delete(finished.id);
    if (waiting.size === 0) {
      started.channel?.unref();
    }
  });
  started.unref();
  started.channel?.unref();
  return started;
}
