import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { withNote } from './elf.ts';
import { HERE, nodeFor, type NodeBuild, type Platform } from './node.ts';

const run = promisify(execFile);

/** Beside the executable: the licenses of what is in the bundle. */
export const LICENSES = 'LICENSES-BUNDLED.txt';

/** By what name Node looks for its program, and the mark that says that there is one. */
const BLOB = 'NODE_SEA_BLOB';
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/**
 * Builds the command line as one executable, as Node's documentation of single executable applications says.
 * Two builds of the same source have the same bytes.
 * @param folder where to put it; made if need be
 * @returns its path
 */
export async function buildExecutable(platform: Platform, folder: string): Promise<string> {
  const node = await nodeFor(platform);
  await mkdir(folder, { recursive: true });
  const blob = await blobFor(platform, folder);
  const executable = join(folder, platform.startsWith('win32') ? 'dashkeep.exe' : 'dashkeep');
  await rm(executable, { force: true });
  if (platform.startsWith('linux')) {
    const program = await readFile(node.program);
    await writeFile(executable, withNote(markedAsCarrier(program), BLOB, await readFile(blob)));
  } else {
    await injectElsewhere(node, blob, executable);
  }
  await chmod(executable, 0o755);
  await rm(blob);
  return executable;
}

/** The program as Node reads it from its own file. */
async function blobFor(platform: Platform, folder: string): Promise<string> {
  const bundle = join(folder, 'dashkeep.cjs');
  await run(process.execPath, ['scripts/build-service.mjs', bundle]);
  const blob = 'dashkeep.blob';
  const config = join(folder, 'sea.json');
  // With compiled code, the program starts faster. Such code is only for the processor that compiled it.
  // The blob holds the path of its program as it is given here.
  const settings = {
    main: basename(bundle),
    output: blob,
    disableExperimentalSEAWarning: true,
    useCodeCache: platform === HERE,
  };
  await writeFile(config, JSON.stringify(settings));
  const { program } = await nodeFor(HERE);
  // Compiled code has the hashes of names in it, for which V8 takes another seed each time.
  const options = { cwd: folder, env: { PATH: process.env['PATH'] } };
  await run(program, ['--random-seed=1', '--experimental-sea-config', basename(config)], options);
  await Promise.all([config, bundle].map((path) => rm(path)));
  await rename(`${bundle}.LEGAL.txt`, join(folder, LICENSES));
  return join(folder, blob);
}

function markedAsCarrier(program: Buffer): Buffer {
  const mark = `${FUSE}:0`;
  const at = program.indexOf(mark);
  if (at < 0 || program.includes(mark, at + 1)) {
    throw new Error('this Node cannot carry a program');
  }
  program.write('1', at + mark.length - 1);
  return program;
}

/** The tool that Node's documentation names, which knows the formats of macOS and Windows. */
async function injectElsewhere(node: NodeBuild, blob: string, executable: string): Promise<void> {
  await copyFile(node.program, executable);
  const isMac = process.platform === 'darwin';
  if (isMac) {
    await run('codesign', ['--remove-signature', executable]);
  }
  const segment = isMac ? ['--macho-segment-name', 'NODE_SEA'] : [];
  const words = ['--yes', 'postject@1.0.0-alpha.6', executable, BLOB, blob, '--sentinel-fuse', FUSE, ...segment];
  await run('npx', words, { shell: process.platform === 'win32' });
  if (isMac) {
    // Without any signature macOS on Apple's processors ends it.
    await run('codesign', ['--sign', '-', executable]);
  }
}
