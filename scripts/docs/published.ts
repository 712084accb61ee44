import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/*
 * Commands and notices that depend on whether the version of package.json is released. It is released once its section
 * in CHANGELOG.md has a date; `npm run release` requires that date and the tag.
 */
const ROOT = join(import.meta.dirname, '../..');
const FROM_REPOSITORY = 'docs/install/from-repository.md';
const REPOSITORY = 'https://github.com/dashkeep/dashkeep';

export interface Publication {
  version: string;
  released: boolean;
}

/** Files besides the Markdown pages that show such commands. */
export const OTHER_FILES: readonly string[] = ['src/config/snippets.ts', 'examples/umbrella/Chart.yaml'];

/** What CHANGELOG.md says of the version of package.json. */
export function publication(): Publication {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  const changelog = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8');
  return { version, released: isDated(changelog, version) };
}

/** Whether the section of a version has a date. */
export function isDated(changelog: string, version: string): boolean {
  const headings = changelog.split('\n').filter((line) => line.startsWith(`## [${version}]`));
  return headings.some((heading) => /\] - \d{4}-\d{2}-\d{2}$/.test(heading));
}

/** A file with its commands and notices as they have to be for a publication. */
export function withPublication(file: string, text: string, publication: Publication): string {
  const lines = text.split('\n').map((line) => lineFor(line, publication));
  return lines
    .join('\n')
    .replace(
      /(<!-- (status|executable)[^>]*-->\n)[\s\S]*?(<!-- \/\2 -->)/g,
      (_, start: string, name: string, end: string) =>
        start + (name === 'status' ? notice(file, publication) : executable(publication)) + end,
    );
}

function lineFor(line: string, { version, released }: Publication): string {
  const chart = released
    ? `oci://ghcr.io/dashkeep/charts/dashkeep --version ${version}`
    : './charts/dashkeep -f images.yaml';
  const charts = released ? 'oci://ghcr.io/dashkeep/charts' : 'file://../../charts/dashkeep';
  const image = `ghcr.io/dashkeep/dashkeep:${version}`;
  return line
    .replace(
      /(?<=helm (?:install|upgrade|template)\b.*)(?:oci:\/\/ghcr\.io\/dashkeep\/charts\/dashkeep --version \S+|\.\/charts\/dashkeep -f images\.yaml)/,
      chart,
    )
    .replace(/(?<=^ {4}repository: )(?:oci:\/\/ghcr\.io\/dashkeep\/charts|file:\/\/.*\/charts\/dashkeep)$/, charts)
    .replace(
      /^ {4}(?:build: https:\/\/github\.com\/dashkeep\/.*|image: ghcr\.io\/dashkeep\/dashkeep:.*)$/,
      released ? `    image: ${image}` : `    build: ${REPOSITORY}.git`,
    )
    .replace(
      /(?<=DASHKEEP_OPS_LISTEN=\S+ )(?:ghcr\.io\/dashkeep\/\S+|registry\.example\.com\/dashkeep:dev)$/,
      released ? image : 'registry.example.com/dashkeep:dev',
    );
}

function notice(file: string, { released }: Publication): string {
  if (released) {
    return '';
  }
  // The chart's own page is also read outside the repository.
  const link = file.startsWith('charts/')
    ? `${REPOSITORY}/blob/main/${FROM_REPOSITORY}`
    : relative(dirname(file), FROM_REPOSITORY);
  return `
> **Not released yet.** There are no published images, charts, apps or executables. Build them [from the repository](${link}) first, then run the commands in your clone.

`;
}

function executable({ version, released }: Publication): string {
  if (!released) {
    return `
You need Node only to build the executable. In your clone, run these commands (the first one takes a few minutes):

\`\`\`bash
npm ci
npm run build:binary -- --platform linux-x64
sudo install build/binary/linux-x64/dashkeep /usr/local/bin/
\`\`\`

`;
  }
  const archive = `dashkeep-${version}-linux-x64.tar.gz`;
  return `
The executable does not need Node. Download it from the [releases page](${REPOSITORY}/releases) and verify its provenance:

\`\`\`bash
curl -fLO ${REPOSITORY}/releases/download/v${version}/${archive}
gh attestation verify ${archive} --repo dashkeep/dashkeep --source-ref refs/tags/v${version}
tar -xzf ${archive}
sudo install dashkeep /usr/local/bin/
\`\`\`

`;
}
