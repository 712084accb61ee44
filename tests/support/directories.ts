import { accessSync, constants, statfsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TemporaryDirectory {
  path: string;
  remove(): Promise<void>;
}

/** A directory that nobody else uses, and the way to remove it. */
export function temporaryDirectory(): Promise<TemporaryDirectory> {
  return within(tmpdir());
}

/**
 * The same in memory where there is room, which takes a quarter of the processor's time for each file. The service
 * allows no target there, and nothing is started from there.
 */
export function memoryDirectory(): Promise<TemporaryDirectory> {
  return within(hasRoom(MEMORY) ? MEMORY : tmpdir());
}

export interface KeptDirectory {
  /** Gives the directory its earlier contents. */
  restore(): Promise<void>;
  remove(): Promise<void>;
}

/** Keeps a copy of a directory, so that tests with the same first backup have to make it only once. */
export async function keepDirectory({ path }: TemporaryDirectory): Promise<KeptDirectory> {
  const copy = await memoryDirectory();
  const options = { recursive: true, preserveTimestamps: true };
  await cp(path, copy.path, options);
  return {
    async restore() {
      await rm(path, { recursive: true, force: true });
      await cp(copy.path, path, options);
    },
    remove: () => copy.remove(),
  };
}

const MEMORY = '/dev/shm';
/** Docker gives a container 64 MiB there by default. */
const ROOM = 1024 ** 3;

function hasRoom(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize > ROOM;
  } catch {
    return false;
  }
}

async function within(parent: string): Promise<TemporaryDirectory> {
  const path = await mkdtemp(join(parent, 'dashkeep-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
