import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** What every step of a release is given. */
export interface Release {
  version: string;
  /** Seconds since 1970 that everything made gets as its time: the commit's. */
  time: number;
  /** Where what is published goes. */
  assets: string;
  /** Where a step may put what it needs on the way. */
  staging: string;
  dryRun: boolean;
  /** Digests of this release's images by name, such as `dashkeep-plugin`. */
  digests: ReadonlyMap<string, string>;
}

/** Makes some of the assets. @returns why it made none; undefined when all are there. */
export type Step = (release: Release) => Promise<string | undefined>;

/** The release of what is checked out, made in a folder. */
export async function releaseOf(
  out: string,
  dryRun: boolean,
  digests: Release['digests'] = new Map(),
): Promise<Release> {
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
  const given = process.env['SOURCE_DATE_EPOCH'];
  const time = Number(given ?? (await run('git', ['log', '-1', '--format=%ct'])));
  return { version, time, assets: join(out, 'assets'), staging: join(out, 'staging'), dryRun, digests };
}

/** Runs a program to its end. @returns what it printed @throws Error with what it complained about */
export async function run(program: string, words: string[], environment: Record<string, string> = {}): Promise<string> {
  const env = { ...process.env, ...environment };
  const { stdout } = await execute(program, words, { env, maxBuffer: 64 * 1024 * 1024 });
  return stdout.trim();
}
