import { createHash } from 'node:crypto';

/** Reads the manifest behind a reference (`name:tag`, `name:tag@digest`), byte for byte. */
export type Registry = (reference: string) => Promise<Buffer>;

/** An image that a release is built from, or by. */
export interface PinnedImage {
  /** Its variable, such as `NODE_IMAGE`. */
  variable: string;
  /** `name:tag`. */
  tag: string;
  digest: string | undefined;
}

const PLATFORMS = ['linux/amd64', 'linux/arm64'];

/** `ARG NODE_IMAGE=name:tag@digest` of a Dockerfile, `NODE_IMAGE: name:tag@digest` of a workflow. */
const LINE = /^( *(?:ARG )?([A-Z]+_IMAGE)(?:=|: ))([^\s@]+)(?:@(\S*))?$/gm;

/** The images that a file names. */
export function imagesIn(text: string): PinnedImage[] {
  return [...text.matchAll(LINE)].map(([, , variable = '', tag = '', digest]) => ({ variable, tag, digest }));
}

/** A stage's image and name; the image of a copy or mount; a Dockerfile frontend; `ADD`, which can download. */
const SOURCE =
  /^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?|\bfrom=([^\s,]+)|^#\s*syntax\s*=\s*(\S+)|^\s*(ADD\s.*)/gim;

/** What a Dockerfile takes files from that is neither an earlier stage nor one of the images that it names. */
export function otherSources(dockerfile: string): string[] {
  const known = new Set(imagesIn(dockerfile).map(({ variable }) => `\${${variable}}`));
  const others: string[] = [];
  for (const [, base, stage, ...rest] of dockerfile.replace(/\\\n/g, ' ').matchAll(SOURCE)) {
    const source = base ?? rest.join('');
    if (!known.has(source)) {
      others.push(source);
    }
    if (stage !== undefined) {
      known.add(stage);
    }
  }
  return others;
}

/**
 * Holds an image against the registry.
 * @returns whether its tag has another digest by now
 * @throws Error if it has no digest, or the registry lacks it for one of the release's platforms
 */
export async function hasMoved({ variable, tag, digest }: PinnedImage, registry: Registry): Promise<boolean> {
  if (digest === undefined || !/^sha256:[0-9a-f]{64}$/.test(digest)) {
    throw new Error(`${variable} (${tag}) has no digest. Run \`npm run images:pin\` and review what it writes.`);
  }
  const found = await digestOf(`${tag}@${digest}`, registry);
  if (found !== digest) {
    throw new Error(`${variable}: the registry returned ${found} for ${tag}@${digest}.`);
  }
  return (await digestOf(tag, registry)) !== digest;
}

/** @returns the file with the digests that its tags have now */
export async function pinned(text: string, registry: Registry): Promise<string> {
  let result = text;
  for (const image of imagesIn(text)) {
    const digest = await digestOf(image.tag, registry);
    await hasMoved({ ...image, digest }, registry);
    result = result.replace(LINE, (line, before, variable, tag) =>
      variable === image.variable ? `${before}${tag}@${digest}` : line,
    );
  }
  return result;
}

/** Hashed here: what counts is what the registry sends, not the digest that it claims. */
async function digestOf(reference: string, registry: Registry): Promise<string> {
  const manifest = await registry(reference);
  const { manifests = [] } = JSON.parse(manifest.toString()) as {
    manifests?: { platform?: { os: string; architecture: string } }[];
  };
  const platforms = manifests.map(({ platform }) => `${platform?.os}/${platform?.architecture}`);
  const missing = PLATFORMS.filter((platform) => !platforms.includes(platform));
  if (missing.length > 0) {
    throw new Error(`${reference} does not exist for ${missing.join(' and ')}.`);
  }
  return `sha256:${createHash('sha256').update(manifest).digest('hex')}`;
}
