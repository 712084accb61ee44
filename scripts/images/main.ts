import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs, promisify } from 'node:util';
import { hasMoved, imagesIn, otherSources, pinned, type Registry } from './digests.ts';

/*
 * The images that a release is built from and by, with their digests. Needs Docker with buildx.
 *   npm run images:pin             writes the digests that the tags have now, for review
 *   npm run images:pin -- --check  writes nothing; fails if an image has no digest, or isn't in its registry
 */
const FILES = ['Dockerfile', '.github/workflows/release.yml'];

const registry: Registry = async (reference) => {
  const words = ['buildx', 'imagetools', 'inspect', '--raw', reference];
  return (await promisify(execFile)('docker', words, { encoding: 'buffer' })).stdout;
};

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
try {
  for (const file of FILES) {
    await (values.check ? check(file) : pin(file));
  }
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

async function check(file: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  const others = file === 'Dockerfile' ? otherSources(text) : [];
  if (others.length > 0) {
    throw new Error(`${file} uses ${others.join(', ')}. Name each image in an ARG …_IMAGE, with its digest.`);
  }
  for (const image of imagesIn(text)) {
    const moved = await hasMoved(image, registry);
    console.log(`${image.variable}: ${image.tag}@${image.digest}${moved ? ' (its tag has a newer image)' : ''}`);
  }
}

async function pin(file: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  await writeFile(file, await pinned(text, registry));
}
