import { gzipSync } from 'node:zlib';
import type { ArchivedFile } from './files.ts';

const BLOCK = 512;

/**
 * A tar archive (POSIX.1-1988, ustar) behind gzip, that depends on nothing but names, contents and the given time.
 * @param seconds the time of every file, since 1970
 * @throws Error when a name does not fit
 */
export function tarGz(files: readonly ArchivedFile[], seconds: number): Buffer {
  const parts = files.flatMap((file) => [header(file, seconds), file.content, padding(file.content.length)]);
  // Node writes no time into the header of gzip, but the system that it was built on.
  const archive = gzipSync(Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]));
  archive[9] = 255;
  return archive;
}

function header({ name, content, executable }: ArchivedFile, seconds: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  if (Buffer.byteLength(name) > 100) {
    throw new Error(`${name} is too long for this archive`);
  }
  block.write(name, 0);
  block.write(octal(executable ? 0o755 : 0o644, 7), 100);
  block.write(octal(0, 7), 108);
  block.write(octal(0, 7), 116);
  block.write(octal(content.length, 11), 124);
  block.write(octal(seconds, 11), 136);
  // The checksum is taken with blanks in its own place.
  block.write(' '.repeat(8), 148);
  block.write('0', 156);
  block.write('ustar\x0000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)}\0 `, 148, 'latin1');
  return block;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

function padding(length: number): Buffer {
  return Buffer.alloc((BLOCK - (length % BLOCK)) % BLOCK);
}
