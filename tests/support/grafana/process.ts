import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Orders } from './http/control.ts';
import { CONTROL_PATH } from './http/control-path.ts';
import type { ProfileName } from './profiles/profiles.ts';

/** A simulator in its own process, so that its memory and processor time are not those of what is measured. */
export interface SimulatorProcess {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
  order<Name extends keyof Orders>(name: Name, given: Orders[Name]['given']): Promise<Orders[Name]['answer']>;
  close(): Promise<void>;
}

/**
 * Starts an empty simulator in a child process.
 * @throws when it ends before it says where it listens.
 */
export async function startGrafanaProcess(options: { profile: ProfileName; port?: number }): Promise<SimulatorProcess> {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const flags = ['--empty', '--control', '--json', '--profile', options.profile, '--port', String(options.port ?? 0)];
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const line = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) {
        resolve(text.slice(0, text.indexOf('\n')));
      }
    });
    child.once('exit', (code) => reject(new Error(`the simulator ended with ${code} before it listened`)));
    child.once('error', reject);
  });
  const { url, token } = JSON.parse(line) as { url: string; token: string };
  return {
    url,
    token,
    pid: child.pid ?? 0,
    async order(name, given) {
      const response = await fetch(`${url}${CONTROL_PATH}${name}`, { method: 'POST', body: JSON.stringify(given) });
      if (!response.ok) {
        throw new Error(`the simulator refused the order ${name}: ${await response.text()}`);
      }
      return (await response.json()) as never;
    },
    async close() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
