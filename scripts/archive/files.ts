import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A file of an archive. */
export interface ArchivedFile {
  /** With slashes, relative. */
  name: string;
  content: Buffer;
  executable: boolean;
}

/** The files of a folder, by name, below another name. */
export async function filesOf(folder: string, below: string): Promise<ArchivedFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = paths.map((path) => fileAt(path, `${below}/${path.slice(folder.length + 1).replaceAll('\\', '/')}`));
  return sorted(await Promise.all(files));
}

export async function fileAt(path: string, name: string): Promise<ArchivedFile> {
  const [content, { mode }] = await Promise.all([readFile(path), stat(path)]);
  return { name, content, executable: (mode & 0o100) !== 0 };
}

function sorted(files: ArchivedFile[]): ArchivedFile[] {
  return files.toSorted((one, other) => (one.name < other.name ? -1 : 1));
}
