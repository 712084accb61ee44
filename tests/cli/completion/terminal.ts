import { execFileSync, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';

/** Whether a program is on this machine. */
export function isThere(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`]);
    return true;
  } catch {
    return false;
  }
}

/** An interactive program in its own terminal; util-linux's `script` makes the terminal. */
export class Terminal {
  readonly #child: ChildProcessWithoutNullStreams;
  #text = '';

  constructor(command: string, directory: string) {
    const env = { PATH: process.env['PATH'], HOME: directory, TERM: 'dumb', COLUMNS: '4000' };
    this.#child = spawn('script', ['-qfec', `stty cols 4000; exec ${command}`, '/dev/null'], { cwd: directory, env });
    this.#child.stdout.on('data', (part: Buffer) => (this.#text += part.toString()));
  }

  type(keys: string): void {
    this.#child.stdin.write(keys);
  }

  /** What the pattern's first group finds in what is shown from now on. */
  async shown(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(this.#text);
      if (found !== null) {
        this.#text = this.#text.slice(found.index + found[0].length);
        return found[1] ?? '';
      }
      if (this.#child.exitCode !== null) {
        throw new Error(`the terminal is closed; it showed ${this.#text}`);
      }
      await pause(10);
    }
  }

  close(): void {
    this.#child.kill('SIGKILL');
  }
}

const [ALL, SHOW, CLEAR] = ['\u001b*', '\u0014', '\u0015'];

/**
 * Types a line, has the shell insert all that it proposes, and reads the line back. Takes a shell set up to do so on
 * these keys.
 */
export async function proposed(terminal: Terminal, line: string): Promise<string[]> {
  return (await lineAfter(terminal, line, ALL))
    .slice(line.lastIndexOf(' ') + 1)
    .split(' ')
    .filter((word) => word !== '');
}

/** The line after some keys, such as a tab. */
export async function lineAfter(terminal: Terminal, line: string, keys: string): Promise<string> {
  terminal.type(`${line}${keys}${SHOW}`);
  const after = await terminal.shown(/<<(.*)>>/);
  terminal.type(CLEAR);
  return after;
}
