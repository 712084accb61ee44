import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { withNote } from '../../scripts/binary/elf.ts';
import { HERE, LINUX_PLATFORMS, nodeFor } from '../../scripts/binary/node.ts';
import { depth } from '../support/budget.ts';

const run = promisify(execFile);
const isLinux = process.platform === 'linux';

/** Program headers, one `[type, offset, address, size in the file, alignment]` each. */
function segmentsOf(program: Buffer): [number, number, number, number, number][] {
  const from = Number(program.readBigUInt64LE(32));
  return Array.from({ length: program.readUInt16LE(56) }, (_, index) => {
    const entry = program.subarray(from + index * 56);
    const at = (field: number): number => Number(entry.readBigUInt64LE(field));
    return [entry.readUInt32LE(0), at(8), at(16), at(32), at(48)];
  });
}

const [HEADERS, LOAD, NOTE] = [6, 1, 4];

describe.skipIf(!isLinux)('a note in a program', () => {
  it('leaves the program as it was, and running', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dashkeep-elf-'));
    const before = await readFile(process.execPath);
    const after = withNote(before, 'MADE_UP', Buffer.from('content'));
    const path = join(folder, 'node');
    await writeFile(path, after, { mode: 0o755 });
    expect((await run(path, ['-p', '6 * 7'])).stdout).toBe('42\n');
    // Where the program headers are, and how many, is all that changed.
    const headers = before.subarray(0, 64);
    after.copy(headers, 32, 32, 40);
    after.copy(headers, 56, 56, 58);
    expect(after.subarray(0, before.length).equals(before)).toBe(true);
    await rm(folder, { recursive: true });
  });

  it.each([HERE, ...(depth() === 'all' ? LINUX_PLATFORMS : [])])(
    'is loaded where every kernel looks for its headers: %s',
    async (platform) => {
      const here = { program: process.execPath };
      const { program } = platform === HERE ? here : await nodeFor(platform).catch(() => here);
      const content = Buffer.from('of an odd length');
      const after = withNote(await readFile(program), 'MADE_UP', content);
      const segments = segmentsOf(after);
      const loads = segments.filter(([type]) => type === LOAD);
      const [, offset = 0, address = 0, size = 0, align = 1] = loads.at(-1) ?? [];
      expect(address - offset).toBe((loads[0]?.[2] ?? 0) - (loads[0]?.[1] ?? 0));
      expect([address % align, align]).toEqual([0, 65_536]);
      expect(loads.map(([, , at]) => at)).toEqual(loads.map(([, , at]) => at).toSorted((one, other) => one - other));

      const [, tableAt, tableAddress] = segments.find(([type]) => type === HEADERS) ?? [];
      expect([tableAt, tableAddress]).toEqual([Number(after.readBigUInt64LE(32)), address]);
      const [, noteAt = 0, noteAddress = 0, noteSize = 0] = segments.findLast(([type]) => type === NOTE) ?? [];
      expect(noteAddress - address).toBe(noteAt - offset);
      expect(noteAt + noteSize).toBe(offset + size);
      const note = after.subarray(noteAt, noteAt + noteSize);
      expect([note.readUInt32LE(0), note.readUInt32LE(4), note.toString('latin1', 12)]).toEqual([
        'MADE_UP'.length + 1,
        content.length,
        'MADE_UP\0of an odd length',
      ]);
    },
  );

  it.each([
    ['a script', Buffer.from('#!/bin/sh\n'.padEnd(100))],
    ['another format', Buffer.from('feedfacf'.padEnd(128, '0'), 'hex')],
  ])('is refused by %s', (_, program) => {
    expect(() => withNote(program, 'MADE_UP', Buffer.from('content'))).toThrow('not a 64-bit little-endian ELF file');
  });
});
