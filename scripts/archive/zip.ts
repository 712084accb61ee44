import { crc32, deflateRawSync } from 'node:zlib';
import type { ArchivedFile } from './files.ts';

/** Versions, flags (names are UTF-8) and methods of PKWARE's APPNOTE.TXT. */
const VERSION = 20;
const UNIX = 3 << 8;
const UTF8 = 1 << 11;
const DEFLATED = 8;

/**
 * A zip archive that depends on nothing but names, contents and the given time.
 * @param seconds the time of every file, since 1970; zip knows it to two seconds, and is given it in UTC
 */
export function zip(files: readonly ArchivedFile[], seconds: number): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const file of files) {
    const packed = deflateRawSync(file.content, { level: 9 });
    const name = Buffer.from(file.name);
    const facts = factsOf(file.content, packed, name, seconds);
    const local = Buffer.concat([uint32(0x04034b50), facts, uint16(0), name, packed]);
    const mode = (0o100000 | (file.executable ? 0o755 : 0o644)) << 16;
    // Of the file: no extra field, no comment, disk 0, no internal attributes, its mode, where it starts.
    const rest = [uint16(0), uint16(0), uint16(0), uint16(0), uint32(mode >>> 0), uint32(at), name];
    directory.push(Buffer.concat([uint32(0x02014b50), uint16(UNIX | VERSION), facts, ...rest]));
    parts.push(local);
    at += local.length;
  }
  const listed = Buffer.concat(directory);
  const counts = [uint16(0), uint16(0), uint16(files.length), uint16(files.length)];
  const end = Buffer.concat([uint32(0x06054b50), ...counts, uint32(listed.length), uint32(at), uint16(0)]);
  return Buffer.concat([...parts, listed, end]);
}

/** What the local header and the directory have in common. */
function factsOf(content: Buffer, packed: Buffer, name: Buffer, seconds: number): Buffer {
  const time = new Date(seconds * 1000);
  const clock = (time.getUTCHours() << 11) | (time.getUTCMinutes() << 5) | (time.getUTCSeconds() >> 1);
  const day = ((time.getUTCFullYear() - 1980) << 9) | ((time.getUTCMonth() + 1) << 5) | time.getUTCDate();
  const sizes = [uint32(crc32(content)), uint32(packed.length), uint32(content.length), uint16(name.length)];
  return Buffer.concat([uint16(VERSION), uint16(UTF8), uint16(DEFLATED), uint16(clock), uint16(day), ...sizes]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
