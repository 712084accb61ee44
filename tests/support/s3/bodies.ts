import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The bytes of one version of an object. */
export interface Body {
  readonly size: number;
  read(): Promise<Buffer>;
  discard(): void;
}

/** Bytes that have arrived, but that nobody can see yet. */
export interface StagedBody {
  /** Takes its place atomically: nothing else happens between the look at the key and this. */
  commit(name: string): Body;
  discard(): void;
}

export interface Bodies {
  stage(bytes: Buffer): Promise<StagedBody>;
  /** What an earlier server left: key, bytes, time. */
  found(): { name: string; body: Body; lastModified: Date }[];
}

export class MemoryBodies implements Bodies {
  async stage(bytes: Buffer): Promise<StagedBody> {
    const body: Body = { size: bytes.length, read: () => Promise.resolve(bytes), discard() {} };
    return { commit: () => body, discard() {} };
  }

  found(): [] {
    return [];
  }
}

/** One readable file per key; what is on its way is in `.staged`. */
export class DirectoryBodies implements Bodies {
  readonly #root: string;
  readonly #made = new Set<string>();
  #count = 0;

  constructor(root: string) {
    this.#root = root;
    rmSync(join(root, '.staged'), { recursive: true, force: true });
    mkdirSync(join(root, '.staged'), { recursive: true });
  }

  async stage(bytes: Buffer): Promise<StagedBody> {
    this.#count += 1;
    const staged = join(this.#root, '.staged', String(this.#count));
    await writeFile(staged, bytes);
    return {
      commit: (name) => {
        const path = join(this.#root, encodeName(name));
        this.#makeParent(path);
        renameSync(staged, path);
        return fileBody(path, bytes.length);
      },
      discard: () => rmSync(staged, { force: true }),
    };
  }

  found(): { name: string; body: Body; lastModified: Date }[] {
    return readdirSync(this.#root, { recursive: true, withFileTypes: true })
      .filter((item) => item.isFile())
      .map((item) => {
        const path = join(item.parentPath, item.name);
        const stat = statSync(path);
        const name = decodeName(path.slice(this.#root.length + 1));
        return { name, body: fileBody(path, stat.size), lastModified: stat.mtime };
      });
  }

  #makeParent(path: string): void {
    const parent = dirname(path);
    if (!this.#made.has(parent)) {
      mkdirSync(parent, { recursive: true });
      this.#made.add(parent);
    }
  }
}

export async function makeBodies(directory: string | undefined, bucket: string): Promise<Bodies> {
  if (directory === undefined) {
    return new MemoryBodies();
  }
  const root = join(directory, bucket);
  await mkdir(root, { recursive: true });
  return new DirectoryBodies(root);
}

function fileBody(path: string, size: number): Body {
  return { size, read: () => readFile(path), discard: () => rmSync(path, { force: true }) };
}

/** Everything that a file name can't hold, or that would lead elsewhere, is percent-encoded. */
function encodeName(name: string): string {
  return name
    .split('/')
    .map((segment) => encodeURIComponent(segment).replace(/^\.+$/, (dots) => '%2E'.repeat(dots.length)) || '%')
    .join('/');
}

function decodeName(path: string): string {
  return path
    .split('/')
    .map((segment) => (segment === '%' ? '' : decodeURIComponent(segment)))
    .join('/');
}
