import { execFile } from 'node:child_process';

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end; nothing is thrown, whatever its exit code is. */
export function run(command: string, args: string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) {
  const env = { ...process.env, ...options.env };
  return new Promise<Ended>((resolve) => {
    execFile(command, args, { ...options, env, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout, stderr });
    });
  });
}

/** The same, for a command that has to succeed. @returns what it printed. */
export async function must(command: string, args: string[], options: Parameters<typeof run>[2] = {}): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, options);
  if (code !== 0) {
    throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${stdout.slice(-4000)}\n${stderr.slice(-8000)}`);
  }
  return stdout;
}

export const docker = (...args: string[]): Promise<string> => must('docker', args);

/** One object as the engine describes it; tests look into it freely. */
// oxlint-disable-next-line typescript/no-explicit-any
export async function inspect(...names: string[]): Promise<any> {
  return (JSON.parse(await docker('inspect', ...names)) as unknown[])[0];
}

export async function imageExists(tag: string): Promise<boolean> {
  return (await run('docker', ['image', 'inspect', tag])).code === 0;
}
