import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { chmod, copyFile, cp, mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A user that no file here belongs to, and that no /etc/passwd names. */
const NOBODY = '65532';

/** A root with the program, the libraries it is linked to, and nothing else: no shell, no /etc, no /proc, no Node. */
export async function emptyRootWith(program: string): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'dashkeep-empty-root-'));
  await chmod(root, 0o755);
  await mkdir(join(root, 'tmp'));
  await copyFile(program, join(root, 'dashkeep'));
  for (const library of await librariesOf(program)) {
    await mkdir(dirname(join(root, library)), { recursive: true });
    await cp(library, join(root, library), { dereference: true });
  }
  return root;
}

/** The files that the program's loader looks for, the loader among them. */
export async function librariesOf(program: string): Promise<string[]> {
  const { stdout } = await run('ldd', [program]);
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path);
}

/** Starts the program there: root read-only, a /tmp that `data` is shared with, an unprivileged user. */
export function startIn(root: string, data: string, args: string[], env: Record<string, string>): ChildProcess {
  const script = [
    'set -e',
    `mount --bind ${root} ${root}`,
    `mount -o remount,ro,bind ${root}`,
    `mount --bind ${data} ${root}/tmp`,
    `exec setpriv --no-new-privs chroot --userspec=${NOBODY}:${NOBODY} --groups=${NOBODY} ${root} /dashkeep "$@"`,
  ];
  const isolated = ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', script.join('\n'), 'sh', ...args];
  // The one variable is for `unshare` and `mount` themselves.
  return spawn('unshare', isolated, { env: { PATH: process.env['PATH'] ?? '', ...env } });
}

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export async function ended(child: ChildProcess): Promise<Ended> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (chunk) => (stdout += chunk));
  child.stderr?.on('data', (chunk) => (stderr += chunk));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stdout, stderr };
}

/** The program's own process id, seen from here; undefined while it starts. */
export async function processIn({ pid }: ChildProcess): Promise<number | undefined> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const [first = ''] = children.trim().split(' ');
  return first === '' ? undefined : Number(first);
}
