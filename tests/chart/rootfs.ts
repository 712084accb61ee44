import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { copiesOf, last, stagesOf, type Copy, type Stage } from './dockerfile.ts';

const run = promisify(execFile);
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Where the runtime image has Node. */
const NODE = '/nodejs/bin/node';

/** What an engine would send to the builder: the files that .dockerignore lets through. */
export async function buildContext(): Promise<string> {
  const context = await mkdtemp(join(tmpdir(), 'dashkeep-context-'));
  const ignore = await readFile(join(ROOT, '.dockerignore'), 'utf8');
  for (const line of ignore.split('\n').filter((text) => text.startsWith('!'))) {
    await cp(join(ROOT, line.slice(1)), join(context, line.slice(1)), { recursive: true, verbatimSymlinks: true });
  }
  return context;
}

/**
 * The image's file tree, put together by hand: Node with its libraries replaces the base, the rest follows the COPY
 * lines.
 */
export async function assemble(stage: Stage, stages: Stage[]): Promise<string> {
  const rootfs = await mkdtemp(join(tmpdir(), 'dashkeep-rootfs-'));
  await chmod(rootfs, 0o755);
  await mkdir(join(rootfs, 'tmp'));
  await installNode(rootfs);
  const context = await buildContext();
  await symlink(join(ROOT, 'node_modules'), join(context, 'node_modules'));
  const built = new Set<string>();
  for (const copy of copiesOf(stage)) {
    const source = stages.find(({ name }) => name === copy.from);
    if (source !== undefined && !built.has(source.name)) {
      built.add(source.name);
      for (const { text } of source.instructions.filter(({ name }) => name === 'RUN')) {
        const [, script] = /^npm run (\S+)$/.exec(text) ?? [];
        if (script !== undefined) {
          await run('npm', ['run', '--silent', script], { cwd: context });
        }
      }
    }
    await carryOut(copy, context, rootfs);
  }
  await rm(context, { recursive: true });
  return rootfs;
}

/** A COPY of what was built in a context, from /src, or of an empty directory. */
export async function carryOut(copy: Copy, context: string, rootfs: string): Promise<void> {
  for (const path of copy.sources) {
    const to = join(rootfs, copy.target);
    await mkdir(dirname(to), { recursive: true });
    if (path.startsWith('/src/')) {
      await cp(join(context, relative('/src', path)), to, { recursive: true });
    } else {
      await mkdir(to, { recursive: true });
    }
    if (copy.mode !== undefined) {
      await chmod(to, copy.mode);
    }
    const [user, group] = (copy.owner ?? '0:0').split(':').map(Number);
    await chown(to, user ?? 0, group ?? 0);
  }
}

/** Node with its libraries, as the runtime image has it. */
export async function installNode(rootfs: string): Promise<void> {
  await mkdir(dirname(join(rootfs, NODE)), { recursive: true });
  await cp(process.execPath, join(rootfs, NODE), { dereference: true });
  await installLibraries(process.execPath, rootfs);
}

/** The libraries of a program of this machine, at the same places below another root. */
export async function installLibraries(program: string, rootfs: string): Promise<void> {
  const { stdout } = await run('ldd', [program]);
  for (const [, path = ''] of stdout.matchAll(/(\/\S+) \(0x/g)) {
    await mkdir(dirname(join(rootfs, path)), { recursive: true });
    await cp(path, join(rootfs, path), { dereference: true });
  }
}

/** Whether this machine lets us make a container of sorts. */
export async function canIsolate(): Promise<boolean> {
  return run('unshare', ['--mount', 'setpriv', '--version']).then(
    () => process.getuid?.() === 0,
    () => false,
  );
}

/**
 * A command as the engine would run it: its own root, read-only, an unprivileged user, no way to more rights, a fresh
 * /tmp.
 */
export function inContainer(
  rootfs: string,
  stage: Stage,
  command: string[],
  env: Record<string, string>,
): ChildProcess {
  const user = last(stage, 'USER');
  const script = [
    'set -e',
    `mount --bind ${rootfs} ${rootfs}`,
    `mount -o remount,ro,bind ${rootfs}`,
    `mount -t tmpfs -o mode=1777 tmpfs ${rootfs}/tmp`,
    `exec setpriv --no-new-privs chroot --userspec=${user} --groups=${user.split(':')[1]} ${rootfs} "$@"`,
  ];
  return spawn(
    'unshare',
    ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', script.join('\n'), 'sh', ...command],
    {
      env: { PATH: process.env['PATH'] ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
}

/** Tells the container's first process to end, as an engine does; `unshare` itself passes no signal on. */
export async function stopContainer({ pid }: ChildProcess): Promise<void> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  process.kill(Number(children.trim().split(' ')[0]), 'SIGTERM');
}

export async function dockerStages(): Promise<Stage[]> {
  return stagesOf(await readFile(join(ROOT, 'Dockerfile'), 'utf8'));
}
