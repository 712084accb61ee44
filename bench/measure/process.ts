import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setPriority } from 'node:os';

/** One process from its start to its end. */
export interface Measured {
  /** Wall time in seconds. */
  seconds: number;
  /** User and system time in seconds, of the process and of every child that it waited for. */
  cpuSeconds: number;
  /** Peak resident memory of the process itself in MB; 0 if the system doesn't report it. */
  peakMB: number;
  exit: number;
  output: string;
}

export interface Command {
  file: string;
  args: string[];
  env: Record<string, string>;
  cwd?: string;
}

/** When its child has ended, bash reports what that child and all its children cost. */
const TIMED = '"$@" 3>&-; code=$?; times >&3; exit $code';
const WATCH_MS = 20;
/** What Linux counts processor time in. */
const TICKS_A_SECOND = 100;

/**
 * Runs a command as people run it, and measures it.
 * @throws when it cannot be started.
 */
export function measure({ file, args, env, cwd }: Command): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn('bash', ['-c', TIMED, 'bash', file, ...args], {
      env: { PATH: process.env['PATH'] ?? '', ...env },
      cwd,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    const text = ['', '', '', ''];
    child.stdio.forEach((stream, index) =>
      stream?.on('data', (chunk: Buffer) => (text[index] = `${text[index]}${chunk.toString()}`)),
    );
    let peak = 0;
    const watch = setInterval(() => (peak = Math.max(peak, peakOfChild(child.pid))), WATCH_MS);
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(watch);
      const [, output = '', errors = '', times = ''] = text;
      if (code !== 0 && process.env['DASHKEEP_BENCH_VERBOSE'] !== undefined) {
        console.error(`${file} ended with ${code}: ${errors.slice(-2000)}`);
      }
      resolve({
        seconds: (performance.now() - started) / 1000,
        cpuSeconds: childTimes(times),
        peakMB: peak,
        exit: code ?? 1,
        output,
      });
    });
  });
}

/** Seconds in the second line that bash's `times` prints: user and system time of its children. */
function childTimes(text: string): number {
  const line = text.trim().split('\n')[1] ?? '';
  return [...line.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, m, s]) => sum + Number(m) * 60 + Number(s), 0);
}

function peakOfChild(shell: number | undefined): number {
  try {
    const [child] = readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').split(' ');
    return memoryOf(Number(child)).peakMB;
  } catch {
    return 0;
  }
}

/** How much more a server counts than a tool, as `nice` has it. */
const SERVER_PRIORITY = -10;

/**
 * Lets a server go before the tools on the processors, which people's servers do not share with them. Only root may do
 * that; without it the tools, all alike, make servers slow.
 */
export function goesFirst(pid: number): void {
  try {
    setPriority(pid, SERVER_PRIORITY);
  } catch {
    // Not allowed.
  }
}

/** User and system time in seconds that a running process has used so far. */
export function cpuOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [user, system] = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return ((user ?? 0) + (system ?? 0)) / TICKS_A_SECOND;
}

/** Resident memory of a process, now and at its peak. */
export function memoryOf(pid: number): { residentMB: number; peakMB: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = (name: string): number =>
    Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) * 1.024e-3;
  return { residentMB: megabytes('VmRSS'), peakMB: megabytes('VmHWM') };
}
