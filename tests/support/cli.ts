import type { Exit } from '../../pkg/cli/command.ts';
import { buildProgram } from '../../pkg/cli/main.ts';
import type { CliContext } from '../../pkg/cli/context.ts';
import { silentLog } from '../../pkg/contract/ports.ts';
import { realClock, realRandomness } from './ports.ts';

export interface Ended {
  exit: Exit;
  out: string;
  /** The document that `--json` prints; tests look into it freely. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  json: any;
}

/** Runs the command line within the test, without a build. @throws what the command ends with. */
export async function runCli(
  args: readonly string[],
  environment: Record<string, string>,
  ports: Partial<Pick<CliContext, 'clock' | 'log' | 'signal' | 'stdin' | 'stdout' | 'stderr'>> = {},
): Promise<Ended> {
  let out = '';
  const stdout = { write: (text: string) => (out += text) } as unknown as NodeJS.WriteStream;
  const world: CliContext = {
    environment,
    clock: realClock,
    randomness: realRandomness,
    log: silentLog,
    signal: new AbortController().signal,
    stdout,
    stderr: { write: () => true } as unknown as NodeJS.WriteStream,
    ...ports,
  };
  let exit: Exit = 0;
  const program = buildProgram((action) => async (...given) => {
    exit = await action(world, ...given);
  });
  // Options look into the environment of the process when they are parsed, which happens before anything is awaited.
  const before = { ...process.env };
  Object.assign(process.env, environment);
  const parsing = program.parseAsync([...args], { from: 'user' });
  process.env = before;
  await parsing;
  return { exit, out, json: args.includes('--json') && out !== '' ? JSON.parse(out) : undefined };
}
