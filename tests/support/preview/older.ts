import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './bundle.ts';

const LOCKS = join(import.meta.dirname, 'older');
/** Written last, beside what was installed. */
const DONE = 'installed';

/** The older Grafanas that the app's pages are tried on, oldest first: the folders of `older/`. */
export function olderVersions(): string[] {
  return readdirSync(LOCKS).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** The exact version of Grafana that such a folder is for. */
export function exactVersion(name: string): string {
  const { dependencies } = JSON.parse(readFileSync(join(LOCKS, name, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  return dependencies['@grafana/runtime'] ?? '';
}

function folderOf(name: string): string {
  const lock = readFileSync(join(LOCKS, name, 'package-lock.json'));
  const cache = process.env['DASHKEEP_TEST_CACHE'] ?? join(homedir(), '.cache/dashkeep-preview');
  return join(cache, `${name}-${createHash('sha256').update(lock).digest('hex').slice(0, 12)}`);
}

function isInstalled(name: string): boolean {
  return existsSync(join(folderOf(name), DONE));
}

/**
 * Installs the packages of an older Grafana as their lock file says, unless that was done before.
 * They lie outside the repository: in $DASHKEEP_TEST_CACHE, or ~/.cache/dashkeep-preview.
 * @returns the folder whose node_modules holds them
 * @throws when npm fails, without a network for example
 */
export async function installOlder(name: string): Promise<string> {
  const folder = folderOf(name);
  if (isInstalled(name)) {
    return folder;
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) {
    copyFileSync(join(LOCKS, name, file), join(folder, file));
  }
  copyFileSync(join(ROOT, '.npmrc'), join(folder, '.npmrc'));
  const code = await npm(folder, ['ci', '--legacy-peer-deps']);
  if (code !== 0) {
    throw new Error(`The packages of Grafana ${name} could not be installed (npm ended with ${code}).`);
  }
  writeFileSync(join(folder, DONE), '');
  return folder;
}

function npm(cwd: string, args: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn('npm', args, { cwd, stdio: 'inherit' });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}
