import { lstat, mkdir, mkdtemp, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { makePath } from '../../lib/directories.ts';
import { systemCode } from '../../lib/file-errors.ts';
import { canonicalJson, parseJson, arrayAt, type Json } from '../../lib/json/json.ts';
import { prettyJson } from '../../lib/json/pretty.ts';

/** Lists all files of an export and what was exported. Its presence marks a directory as an export. */
export const INDEX = 'dashkeep-export.json';

/** In a mirror: the index of the files beside it. No title becomes a name that begins with a dot. */
export const PART = '.dashkeep.json';

const TEMPORARY = '.dashkeep-export-';

/**
 * A directory that an export is written into. All files are first written under temporary names, and replace those of
 * the previous export only when all exist. Other files, such as those of Git, stay.
 */
export class ExportDirectory {
  readonly #root: string;
  readonly #temporary: string;
  readonly #before: readonly string[];
  readonly #files: string[] = [];

  private constructor(root: string, temporary: string, before: readonly string[]) {
    this.#root = root;
    this.#temporary = temporary;
    this.#before = before;
  }

  /** @throws DK_USAGE where there are files and no export, DK_EXPORT_FAILED where it cannot be written */
  static async open(root: string): Promise<ExportDirectory> {
    return failing(root, async () => {
      await makePath(root, 0o777);
      const names = await readdir(root);
      const before = names.includes(INDEX) ? await filesOfExport(root) : [];
      const leftOver = names.filter((name) => name.startsWith(TEMPORARY));
      if (before === undefined || (!names.includes(INDEX) && names.length > leftOver.length)) {
        throw new DashkeepError('DK_USAGE', `${root} is not empty, and contains no earlier export`, {
          advice: reason('name-empty-directory'),
        });
      }
      for (const name of leftOver) {
        await rm(join(root, name), { recursive: true });
      }
      return new ExportDirectory(root, await mkdtemp(join(root, TEMPORARY)), before);
    });
  }

  /** How many files were written. */
  get size(): number {
    return this.#files.length;
  }

  async write(path: string, text: string): Promise<void> {
    assertInside(path);
    this.#files.push(path);
    await failing(this.#root, async () => {
      const file = join(this.#temporary, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text, { flag: 'wx' });
    });
  }

  /** Puts the files in the place of those of the export before. */
  async publish(index: object): Promise<void> {
    const files = this.#files.toSorted();
    const text = prettyJson(canonicalJson({ ...index, files } as unknown as Json));
    await failing(this.#root, async () => {
      await writeFile(join(this.#temporary, INDEX), text);
      const kept = new Set(files);
      for (const path of this.#before.filter((one) => !kept.has(one))) {
        await this.#remove(path);
      }
      // From here on the index names all that is or will be there, so that an interrupted export can be repeated.
      await this.#move(INDEX);
      for (const path of files) {
        await this.#move(path);
      }
    });
    await this.discard();
  }

  /** Removes what was not published. */
  async discard(): Promise<void> {
    await rm(this.#temporary, { recursive: true, force: true });
  }

  async #move(path: string): Promise<void> {
    await this.#assertNoLinks(path);
    await mkdir(dirname(join(this.#root, path)), { recursive: true });
    await rename(join(this.#temporary, path), join(this.#root, path));
  }

  async #remove(path: string): Promise<void> {
    await this.#assertNoLinks(path);
    await rm(join(this.#root, path), { force: true });
    for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) {
      if (!(await isRemoved(join(this.#root, folder)))) {
        return;
      }
    }
  }

  /** A link in the directory, which someone else may have put there, could lead out of it. */
  async #assertNoLinks(path: string): Promise<void> {
    for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) {
      const found = await lstat(join(this.#root, folder)).catch(() => undefined);
      if (found?.isSymbolicLink() === true) {
        throw new Error(`${folder} is a symbolic link`);
      }
    }
  }
}

/** Whether an empty folder could be removed. */
async function isRemoved(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      return true;
    }
    return false;
  }
}

/** The files that the index of an earlier export names; undefined when it is not an index. */
async function filesOfExport(root: string): Promise<string[] | undefined> {
  try {
    const files = arrayAt(parseJson(await readFile(join(root, INDEX), 'utf8')), 'files');
    return files?.filter((file) => typeof file === 'string' && isInside(file)) as string[] | undefined;
  } catch {
    return undefined;
  }
}

function isInside(path: string): boolean {
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && !/[\\\0]/.test(part));
}

function assertInside(path: string): void {
  if (!isInside(path) || path === INDEX) {
    throw new DashkeepError('DK_INTERNAL', `an export may not write ${JSON.stringify(path)}`);
  }
}

async function failing<T>(root: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof DashkeepError) {
      throw cause;
    }
    throw new DashkeepError('DK_EXPORT_FAILED', `cannot write to ${root}: ${systemCode(cause) ?? String(cause)}`, {
      cause,
    });
  }
}
