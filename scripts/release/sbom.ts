import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run, type Step } from './release.ts';

interface Sbom {
  serialNumber: string;
  metadata: { timestamp: string };
}

/**
 * What the program is made of, as CycloneDX, from the lock file. Number and time are npm's own for each run, so others
 * take their place.
 */
export const sbom: Step = async ({ version, time, assets }) => {
  const words = ['sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev', '--package-lock-only'];
  const document = JSON.parse(await run('npm', words)) as Sbom;
  document.metadata.timestamp = new Date(time * 1000).toISOString();
  document.serialNumber = '';
  const hash = createHash('sha256').update(JSON.stringify(document)).digest('hex');
  // A UUID of version 8 (RFC 9562): from what the document says.
  const uuid = `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
  document.serialNumber = `urn:uuid:${uuid}`;
  await writeFile(join(assets, `dashkeep-${version}.cdx.json`), `${JSON.stringify(document, null, 2)}\n`);
  return undefined;
};
