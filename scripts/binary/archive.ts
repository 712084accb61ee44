import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileAt, type ArchivedFile } from '../archive/files.ts';
import { tarGz } from '../archive/tar.ts';
import { zip } from '../archive/zip.ts';
import { buildExecutable, LICENSES } from './executable.ts';
import { nodeFor, type Platform } from './node.ts';

/** What is published of a platform. */
export interface Published {
  /** Such as `dashkeep-1.0.0-linux-x64.tar.gz`. */
  name: string;
  archive: Buffer;
  /** Path of the executable in it. */
  executable: string;
}

/**
 * Builds the executable and the archive that people download: the program with the licenses of what is in it.
 * @param folder where to build
 * @param time of every file in the archive, in seconds since 1970
 */
export async function publish(platform: Platform, folder: string, version: string, time: number): Promise<Published> {
  const executable = await buildExecutable(platform, folder);
  const isWindows = platform.startsWith('win32');
  const { license } = await nodeFor(platform);
  const files: ArchivedFile[] = [
    { ...(await fileAt(executable, isWindows ? 'dashkeep.exe' : 'dashkeep')), executable: true },
    { name: 'LICENSE', content: await readFile('LICENSE'), executable: false },
    { name: LICENSES, content: await readFile(join(folder, LICENSES)), executable: false },
    { name: 'LICENSE-NODE.txt', content: await readFile(license), executable: false },
  ];
  const archive = isWindows ? zip(files, time) : tarGz(files, time);
  return { name: `dashkeep-${version}-${platform}.${isWindows ? 'zip' : 'tar.gz'}`, archive, executable };
}
