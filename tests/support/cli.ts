import type { Exit } from '../../pkg/cli/command.ts';
import { buildProgram, main } from '../../pkg/cli/main.ts';
import { lineLog, type CliContext } from '../../pkg/cli/context.ts';
import { silentLog } from '../../pkg/contract/ports.ts';
import { realClock, realRandomness } from './ports.ts';

export interface Ended<Code = Exit> {
  exit: Code;
  out: string;
  /** The document that `--json` prints; tests look into it freely. */
  // oxlint-disable-next-line typescript/no-explicit-any
  json: any;
}

/** Runs the command line within the test, without a build. @throws what the command ends with. */
export async function runCli(
  args: readonly string[],
  environment: Record<string, string>,
  ports: Partial<Pick<CliContext, 'clock' | 'log' | 'signal' | 'stdin' | 'stdout' | 'stderr'>> = {},
): Promise<Ended> {
  let out = '';
  const world: CliContext = {
    environment,
    clock: realClock,
    randomness: realRandomness,
    log: silentLog,
    signal: new AbortController().signal,
    stdout: { write: (text: string) => (out += text) } as unknown as NodeJS.WriteStream,
    stderr: { write: () => true } as unknown as NodeJS.WriteStream,
    ...ports,
  };
  let exit: Exit = 0;
  const program = buildProgram((action) => async (...given) => {
    exit = await action(world, ...given);
  });
  await parsedWith(environment, () => program.parseAsync([...args], { from: 'user' }));
  return { exit, out, json: documentIn(args, out) };
}

/** The same with everything around it: messages, hints, log lines and the exit code, as a started program has them. */
export async function runMain(
  args: readonly string[],
  given: Record<string, string>,
  { clock = realClock, signal = new AbortController().signal }: Partial<Pick<CliContext, 'clock' | 'signal'>> = {},
): Promise<Ended<number> & { error: string }> {
  // Empty values count as not set, as in the environment of a process.
  const environment = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
  let [out, error] = ['', ''];
  const world: CliContext = {
    environment,
    clock,
    randomness: realRandomness,
    log: lineLog(environment['DASHKEEP_LOG_LEVEL'], (line) => (error += line)),
    signal,
    stdout: { write: (text: string) => (out += text) } as unknown as NodeJS.WriteStream,
    stderr: { write: (text: string) => (error += text) } as unknown as NodeJS.WriteStream,
  };
  const exit = await parsedWith(environment, () => main(args, world));
  return { exit, out, error, json: documentIn(args, out) };
}

/** Options look into the environment of the process when they are parsed, which happens before anything is awaited. */
function parsedWith<T>(environment: Record<string, string>, parse: () => Promise<T>): Promise<T> {
  const before = Object.keys(environment).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, environment);
  const parsing = parse();
  for (const [name, value] of before) {
    if (value === undefined) {
      delete process.env[name];
    } else {
      process.env[name] = value;
    }
  }
  return parsing;
}

function documentIn(args: readonly string[], out: string): unknown {
  return args.includes('--json') && out !== '' ? JSON.parse(out) : undefined;
}
