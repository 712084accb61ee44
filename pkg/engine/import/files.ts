import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { createGunzip } from 'node:zlib';
import { DashkeepError } from '../../contract/errors.ts';
import { systemCode } from '../../lib/file-errors.ts';
import { parseJson, type Json } from '../../lib/json/json.ts';

/** No resource has a larger file. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;
/** An archive is unpacked in memory. */
const MAX_UNPACKED_BYTES = 512 * 1024 * 1024;
/** An archive is unpacked in parts of this size: in the usual ones, which are small, it takes several times as long. */
const PART_BYTES = 1024 * 1024;
const MAX_FILES = 200_000;
const MAX_NAME_LENGTH = 4096;

/** The files of an archive or a directory, by paths with `/` between their parts. */
export interface Files {
  /** The last part of the path that was given. */
  name: string;
  paths: readonly string[];
  read(path: string): Promise<string>;
  /** Where it is, if a single file was given. */
  file?: string;
}

/** @throws DK_IMPORT_INVALID if it cannot be read or is too large */
export async function openFiles(path: string): Promise<Files> {
  try {
    const found = await stat(path);
    const name = basename(path);
    if (found.isDirectory()) {
      return { name, paths: await pathsBelow(path), read: (one) => readSmall(join(path, one)) };
    }
    if (/\.(tar\.gz|tgz)$/i.test(name)) {
      const unpacked = await unpack(path);
      const read = (one: string): Promise<string> => Promise.resolve(unpacked.get(one)?.toString('utf8') ?? '');
      return { name, paths: [...unpacked.keys()].sort(), read };
    }
    return { name, paths: [name], read: () => readSmall(path), file: path };
  } catch (cause) {
    if (cause instanceof DashkeepError) {
      throw cause;
    }
    throw invalid(`${path} cannot be read: ${systemCode(cause) ?? String(cause)}`, cause);
  }
}

/** The file as JSON. @throws DK_IMPORT_INVALID naming it */
export async function readJson(files: Files, path: string): Promise<Json> {
  const text = await files.read(path);
  try {
    return parseJson(text.startsWith('\ufeff') ? text.slice(1) : text);
  } catch (cause) {
    throw invalid(`${path} is not JSON`, cause);
  }
}

/** The error for an invalid archive; nothing is written. */
export function invalid(message: string, cause?: unknown): DashkeepError {
  return new DashkeepError('DK_IMPORT_INVALID', message, { cause });
}

/** Links are not followed: they may lead anywhere. */
async function pathsBelow(root: string): Promise<string[]> {
  const paths: string[] = [];
  const walk = async (directory: string): Promise<void> => {
    for (const one of await readdir(directory, { withFileTypes: true })) {
      const path = join(directory, one.name);
      if (one.isDirectory() && one.name !== '.git') {
        await walk(path);
      } else if (one.isFile() && paths.push(relative(root, path).split(sep).join('/')) > MAX_FILES) {
        throw invalid(`${root} contains more than ${MAX_FILES} files`);
      }
    }
  };
  await walk(root);
  return paths.sort();
}

async function readSmall(path: string): Promise<string> {
  if ((await stat(path)).size > MAX_FILE_BYTES) {
    throw tooLarge(path);
  }
  return readFile(path, 'utf8');
}

function tooLarge(path: string): DashkeepError {
  return invalid(`${path} is larger than ${MAX_FILE_BYTES / 1024 / 1024} MiB`);
}

const BLOCK = 512;

/** The files of a tar archive. Only their names and contents count; links and devices are left out. */
async function unpack(path: string): Promise<Map<string, Buffer>> {
  const tar = await gunzipped(path);
  const files = new Map<string, Buffer>();
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0;) {
    const size = parseInt(textAt(tar, at + 124, 12).trim() || '0', 8);
    if (!Number.isSafeInteger(size) || size < 0 || at + BLOCK + size > tar.length) {
      throw invalid(`${path} is damaged: it ends within a file`);
    }
    const type = String.fromCharCode(tar[at + 156] ?? 0);
    const content = tar.subarray(at + BLOCK, at + BLOCK + size);
    const prefix = textAt(tar, at + 257, 5) === 'ustar' ? textAt(tar, at + 345, 155) : '';
    const name = longName ?? [prefix, textAt(tar, at, 100)].filter((part) => part !== '').join('/');
    longName = type === 'L' ? textAt(content, 0, size) : type === 'x' ? paxPath(content) : undefined;
    if (name.length > MAX_NAME_LENGTH) {
      throw invalid(`${path} contains a file name of ${name.length} characters`);
    }
    if (type === '0' || type === '\0') {
      if (size > MAX_FILE_BYTES) {
        throw tooLarge(name);
      }
      if (files.set(name.replace(/^(\.?\/)+/, ''), content).size > MAX_FILES) {
        throw invalid(`${path} contains more than ${MAX_FILES} files`);
      }
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

async function gunzipped(path: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  const source = createReadStream(path);
  const gunzip = source.pipe(createGunzip({ chunkSize: PART_BYTES }));
  source.on('error', (error) => gunzip.destroy(error));
  try {
    for await (const part of gunzip as AsyncIterable<Buffer>) {
      bytes += part.length;
      if (bytes > MAX_UNPACKED_BYTES) {
        throw invalid(`${path} is larger than ${MAX_UNPACKED_BYTES / 1024 / 1024} MiB when unpacked`);
      }
      parts.push(part);
    }
  } catch (cause) {
    throw cause instanceof DashkeepError ? cause : invalid(`${path} is not an intact tar.gz archive`, cause);
  } finally {
    source.destroy();
  }
  return Buffer.concat(parts);
}

/** A text that ends at the first zero byte. */
function textAt(bytes: Buffer, start: number, length: number): string {
  const part = bytes.subarray(start, start + length);
  const end = part.indexOf(0);
  return part.subarray(0, end < 0 ? length : end).toString('utf8');
}

function paxPath(content: Buffer): string | undefined {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(content.toString('utf8'))?.[1];
}
