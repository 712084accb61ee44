import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isDated } from '../docs/published.ts';
import { readFragments } from './changes.ts';
import { chart } from './chart.ts';
import { images } from './images.ts';
import { notesOf } from './notes.ts';
import { plugin } from './plugin.ts';
import { bundle, executables } from './programs.ts';
import { releaseOf, run, type Release, type Step } from './release.ts';
import { sbom } from './sbom.ts';

/*
 * `npm run release`: everything that a release publishes, in build/release/assets, with its checksums, and notes.md
 * beside it. It pushes nothing: .github/workflows/release.yml does. Two runs on one commit make the same
 * bytes from the same options.
 *   --dry-run     also where the commit isn't tagged with the version, and without --image
 *   --out DIR     another folder, which is emptied first
 *   --with DIR    also publish the files of this folder, such as executables that were built on other systems
 *   --image NAME=DIGEST  what the chart runs, such as dashkeep-plugin=sha256:… (once for each image)
 *   --only NAME   only this step (may be given again): bundle, executables, plugin, chart, sbom, images
 */
const STEPS: Record<string, Step> = { bundle, executables, plugin, chart, sbom, images };

const { values } = parseArgs({
  options: {
    'dry-run': { type: 'boolean', default: false },
    out: { type: 'string', default: 'build/release' },
    with: { type: 'string' },
    image: { type: 'string', multiple: true, default: [] },
    only: { type: 'string', multiple: true },
  },
});
const digests = new Map(values.image.map((image) => image.split('=') as [string, string]));
const release = await releaseOf(values.out, values['dry-run'], digests);
await requireTag(release);
await rm(values.out, { recursive: true, force: true });
await mkdir(release.assets, { recursive: true });
await mkdir(release.staging, { recursive: true });
for (const [name, step] of Object.entries(STEPS)) {
  if (values.only === undefined || values.only.includes(name)) {
    const missing = await step(release);
    console.log(missing === undefined ? `${name}: made` : `${name}: skipped, ${missing}`);
  }
}
if (values.with !== undefined) {
  await cp(values.with, release.assets, { recursive: true });
}
await writeNotes(release, join(values.out, 'notes.md'));
const sums = await checksums(release.assets);
await writeFile(join(release.assets, 'SHA256SUMS'), sums);
console.log(`\nIn ${release.assets}:\n\n${sums}`);

/** A version is released once, from the commit that carries its tag. */
async function requireTag({ version, dryRun }: Release): Promise<void> {
  const tags = (await run('git', ['tag', '--points-at', 'HEAD'])).split('\n');
  if (!dryRun && !tags.includes(`v${version}`)) {
    throw new Error(`This commit is not tagged v${version}. Tag it, or try with --dry-run.`);
  }
}

async function writeNotes({ version, dryRun }: Release, path: string): Promise<void> {
  const changelog = await readFile('CHANGELOG.md', 'utf8');
  const notes = (dryRun ? notesOf(changelog, 'Unreleased') : undefined) ?? notesOf(changelog, version);
  if (notes === undefined) {
    throw new Error(`CHANGELOG.md says nothing of ${version}. Give its changes a heading of that version.`);
  }
  const waiting = readFragments('.').map(({ name }) => name);
  if (!dryRun && waiting.length > 0) {
    throw new Error(`CHANGELOG.md lacks ${waiting.join(', ')}. Run \`npm run changes\`.`);
  }
  if (!dryRun && !isDated(changelog, version)) {
    throw new Error(`CHANGELOG.md has no date for ${version}. Add it, and run \`npm run docs\`.`);
  }
  await writeFile(path, notes);
}

/** As `sha256sum` writes and checks them. */
async function checksums(folder: string): Promise<string> {
  const names = (await readdir(folder)).sort();
  const lines = names.map(async (name) => {
    const hash = createHash('sha256').update(await readFile(join(folder, name)));
    return `${hash.digest('hex')}  ${name}\n`;
  });
  return (await Promise.all(lines)).join('');
}
