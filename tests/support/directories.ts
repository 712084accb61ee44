import { accessSync, constants, statfsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
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
