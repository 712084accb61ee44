import { spawn } from 'node:child_process';

export type Environment = Record<string, string>;

const DASHKEEP = 'build/dashkeep.mjs';

/** The environment a person's shell would have, without whatever points at their own Grafana or bucket. */
export function cleanEnvironment(own: Environment): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(GRAFANA_|DASHKEEP_|AWS_)/.test(name));
  return { ...Object.fromEntries(inherited), ...own };
}

/** Runs dashkeep as a person would, showing the command and what it prints. Resolves with its exit code. */
export function show(environment: NodeJS.ProcessEnv, ...args: string[]): Promise<number> {
  console.log(`\n$ dashkeep ${args.join(' ')}`);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [DASHKEEP, ...args], { env: environment, stdio: 'inherit' });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/** Runs dashkeep with --json and gives the document. @throws when it fails. */
export function ask<T>(environment: NodeJS.ProcessEnv, ...args: string[]): Promise<T> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [DASHKEEP, ...args, '--json'], {
      env: environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) {
        resolve(JSON.parse(text) as T);
      } else {
        reject(new Error(`dashkeep ${args.join(' ')} ended with ${code}`));
      }
    });
  });
}
