import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The Node that the executables carry: of the line that the image has, and that the performance page measures. */
export const NODE_VERSION = '24.21.0';

/** Packages of npm that hold nodejs.org's builds, with the hash of each as npm writes it into a lock file. */
const PACKAGES = {
  'linux-x64': 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  'linux-arm64': 'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
} as const;

export type LinuxPlatform = keyof typeof PACKAGES;
export const LINUX_PLATFORMS = Object.keys(PACKAGES) as LinuxPlatform[];

/** A platform as Node names it, such as `linux-x64` or `darwin-arm64`. */
export type Platform = LinuxPlatform | (string & {});

/** Where this runs. */
export const HERE: Platform = `${process.platform}-${process.arch}`;

/** Folder with Node for one platform: `bin/node` and its `LICENSE`. */
export interface NodeBuild {
  program: string;
  license: string;
}

/**
 * Node for a platform. For Linux from npm, kept in the user's cache; elsewhere the one that runs this, if it is the
 * right one.
 * @throws Error that says what to do
 */
export async function nodeFor(platform: Platform): Promise<NodeBuild> {
  if (platform in PACKAGES) {
    return fetched(platform as LinuxPlatform);
  }
  if (platform !== HERE || process.version !== `v${NODE_VERSION}`) {
    throw new Error(
      `an executable for ${platform} is built there, by Node ${NODE_VERSION}; this is ${process.version}`,
    );
  }
  const root = join(process.execPath, process.platform === 'win32' ? '..' : '../..');
  return { program: process.execPath, license: join(root, 'LICENSE') };
}

async function fetched(platform: LinuxPlatform): Promise<NodeBuild> {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'dashkeep-node');
  const folder = join(cache, `${NODE_VERSION}-${platform}`);
  const build = { program: join(folder, 'bin/node'), license: join(folder, 'LICENSE') };
  if (!(await isThere(build.program))) {
    await mkdir(cache, { recursive: true });
    const part = await mkdtemp(join(cache, 'part-'));
    try {
      await run('npm', ['pack', '--silent', '--pack-destination', part, `node-${platform}@${NODE_VERSION}`]);
      const archive = join(part, `node-${platform}-${NODE_VERSION}.tgz`);
      await requireHash(archive, PACKAGES[platform]);
      await run('tar', ['-xzf', archive, '-C', part]);
      // Somebody else may have been faster.
      await rename(join(part, 'package'), folder).catch((error: unknown) =>
        access(build.program).catch(() => Promise.reject(error)),
      );
    } finally {
      await rm(part, { recursive: true });
    }
  }
  return build;
}

async function requireHash(archive: string, expected: string): Promise<void> {
  const found = `sha512-${createHash('sha512')
    .update(await readFile(archive))
    .digest('base64')}`;
  if (found !== expected) {
    throw new Error(`${archive} is not the package that is expected: its hash is ${found}`);
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
