import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Address } from './servers.ts';

export interface Measured {
  /** Seconds from start to end of the process. */
  seconds: number;
  /** Peak resident memory in MiB; 0 where the system doesn't tell. */
  peak: number;
  exit: number;
  document: unknown;
}

const TARGET = 's3://bench/repository';

/** Runs the built dashkeep as a whole process, as people run it. */
export function dashkeep(address: Address, state: string, ...args: string[]): Promise<Measured> {
  const environment = {
    PATH: process.env['PATH'],
    HOME: state,
    ...address.s3,
    GRAFANA_URL: address.grafana,
    GRAFANA_API_TOKEN: address.token,
    DASHKEEP_TARGET: TARGET,
    DASHKEEP_STATE_DIR: state,
    DASHKEEP_PLAIN_COPIES: 'no',
  };
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(process.execPath, ['build/dashkeep.mjs', ...args, '--json'], {
      env: environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    let peak = 0;
    const watch = setInterval(() => (peak = Math.max(peak, peakOf(child.pid))), 25);
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(watch);
      const seconds = (performance.now() - started) / 1000;
      resolve({ seconds, peak, exit: code ?? 1, document: text === '' ? undefined : JSON.parse(text) });
    });
  });
}

function peakOf(pid: number | undefined): number {
  try {
    const kibibytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kibibytes === undefined ? 0 : Number(kibibytes) / 1024;
  } catch {
    return 0;
  }
}
