/** What of a 64-bit ELF file is touched here; offsets in bytes, from the ELF specification (System V ABI). */
const HEADER = { programHeadersAt: 32, programHeaderSize: 54, programHeaderCount: 56 };
const ENTRY = {
  size: 56,
  type: 0,
  flags: 4,
  offset: 8,
  address: 16,
  physical: 24,
  inFile: 32,
  inMemory: 40,
  align: 48,
};
const TYPE = { load: 1, note: 4, headers: 6 };
const READABLE = 4;
/** The largest page that a kernel has: 64 KiB, on arm64. */
const PAGE = 0x1_0000;

interface Segment {
  type: number;
  offset: number;
  address: number;
  size: number;
  align: number;
}

/**
 * The program with a note that is in memory when it runs. What the file holds stays where it is; note and program
 * headers come behind it, in a separate segment. Kernels before 5.18 look for the headers at the first segment's
 * address plus their offset, so that is where the segment goes.
 * @throws Error when it is no 64-bit little-endian ELF file
 */
export function withNote(program: Buffer, name: string, content: Buffer): Buffer {
  const entries = entriesOf(program);
  const loads = entries.filter((entry) => entry.readUInt32LE(ENTRY.type) === TYPE.load);
  const first = loads[0];
  const last = loads.at(-1);
  if (first === undefined || last === undefined) {
    throw new Error('the ELF file has nothing to load');
  }
  const base = at(first, ENTRY.address) - at(first, ENTRY.offset);
  const end = Math.max(...loads.map((entry) => at(entry, ENTRY.address) + at(entry, ENTRY.inMemory)));
  const start = roundUp(Math.max(program.length, end - base), PAGE);
  const tableSize = (entries.length + 2) * ENTRY.size;
  const noteAt = start + roundUp(tableSize, 8);
  const note = noteOf(name, content);
  const size = noteAt - start + note.length;

  const load = segment({ type: TYPE.load, offset: start, address: base + start, size, align: PAGE });
  const noted = segment({ type: TYPE.note, offset: noteAt, address: base + noteAt, size: note.length, align: 4 });
  // Segments to load are in the order of their addresses.
  entries.splice(entries.indexOf(last) + 1, 0, load);
  entries.push(noted);
  for (const entry of entries.filter((one) => one.readUInt32LE(ENTRY.type) === TYPE.headers)) {
    const moved = { type: TYPE.headers, offset: start, address: base + start, size: tableSize, align: 8 };
    segment(moved).copy(entry);
  }

  const result = Buffer.alloc(start + size);
  program.copy(result);
  Buffer.concat(entries).copy(result, start);
  note.copy(result, noteAt);
  result.writeBigUInt64LE(BigInt(start), HEADER.programHeadersAt);
  result.writeUInt16LE(entries.length, HEADER.programHeaderCount);
  return result;
}

function entriesOf(program: Buffer): Buffer[] {
  const isElf64 = program.readUInt32BE(0) === 0x7f_45_4c_46 && program[4] === 2 && program[5] === 1;
  if (!isElf64 || program.readUInt16LE(HEADER.programHeaderSize) !== ENTRY.size) {
    throw new Error('not a 64-bit little-endian ELF file');
  }
  const from = Number(program.readBigUInt64LE(HEADER.programHeadersAt));
  return Array.from({ length: program.readUInt16LE(HEADER.programHeaderCount) }, (_, index) =>
    Buffer.from(program.subarray(from + index * ENTRY.size, from + (index + 1) * ENTRY.size)),
  );
}

function at(entry: Buffer, field: number): number {
  return Number(entry.readBigUInt64LE(field));
}

function segment({ type, offset, address, size, align }: Segment): Buffer {
  const entry = Buffer.alloc(ENTRY.size);
  entry.writeUInt32LE(type, ENTRY.type);
  entry.writeUInt32LE(READABLE, ENTRY.flags);
  const fields = [offset, address, address, size, size, align];
  fields.forEach((value, index) => entry.writeBigUInt64LE(BigInt(value), ENTRY.offset + 8 * index));
  return entry;
}

function noteOf(name: string, content: Buffer): Buffer {
  const named = Buffer.from(`${name}\0`);
  const head = Buffer.alloc(12);
  head.writeUInt32LE(named.length, 0);
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, padded(named), padded(content)]);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(roundUp(bytes.length, 4) - bytes.length)]);
}

function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}
