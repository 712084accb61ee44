/** The page that says how large the executables are. */
export const PAGE = 'docs/install/outside-kubernetes.md';

const START = '<!-- sizes: measured by `npm run build:binary -- --sizes`, do not edit -->';
const END = '<!-- /sizes -->';

/** What was measured of one platform. */
export interface Measured {
  platform: string;
  /** Bytes of the archive that is downloaded, and of the executable in it. */
  download: number;
  size: number;
  /** The oldest glibc that has all that the executable asks for, such as `2.28`. */
  glibc: string;
}

export function measured(platform: string, archive: Buffer, program: Buffer): Measured {
  return { platform, download: archive.length, size: program.length, glibc: glibcOf(program) };
}

/** By the names of versions that the program asks the library for; they are at the beginning of the file. */
export function glibcOf(program: Buffer): string {
  const head = program.subarray(0, 8_000_000).toString('latin1');
  const minors = [...head.matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor));
  return `2.${Math.max(...minors)}`;
}

/** The page with its table measured again. */
export function withSizes(page: string, all: readonly Measured[]): string {
  const rows = all.map(
    ({ platform, download, size, glibc }) =>
      `| ${platform} | ${megabytes(download)} | ${megabytes(size)} | ${glibc} or later |`,
  );
  const header = ['| platform | download | executable | glibc |', '| --- | --- | --- | --- |'];
  const from = page.indexOf(START);
  const to = page.indexOf(END);
  if (from < 0 || to < from) {
    throw new Error(`${PAGE} has lost the marks around its table of sizes`);
  }
  return page.slice(0, from) + [START, '', ...header, ...rows, '', END].join('\n') + page.slice(to + END.length);
}

/** The sizes in MB and the glibc that the page states for a platform. */
export function stated(page: string, platform: string): { download: number; size: number; glibc: string } | undefined {
  const row = new RegExp(`^\\| ${platform} \\| (\\d+) MB \\| (\\d+) MB \\| (\\S+) or later \\|$`, 'm').exec(page);
  return row === null ? undefined : { download: Number(row[1]), size: Number(row[2]), glibc: row[3] ?? '' };
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
