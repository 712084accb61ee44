import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tarGz } from '../../scripts/archive/tar.ts';
import { zip } from '../../scripts/archive/zip.ts';
import { notesOf } from '../../scripts/release/notes.ts';

const TIME = Date.UTC(2026, 10, 24, 12, 34, 56) / 1000;
const FILES = [
  { name: 'a/program', content: Buffer.from('#!/bin/sh\necho hello\n'), executable: true },
  { name: 'a/b/größe.txt', content: Buffer.from('x'.repeat(100_000)), executable: false },
  { name: 'a/empty', content: Buffer.alloc(0), executable: false },
];

let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'dashkeep-archive-'));
});

afterEach(() => rmSync(directory, { recursive: true }));

describe.each([
  ['tar', () => tarGz(FILES, TIME), (path: string) => ['-xzf', path, '-C', directory]],
  ['unzip', () => zip(FILES, TIME), (path: string) => ['-q', path, '-d', directory]],
] as const)('what `%s` unpacks', (program, archive, words) => {
  it('is what was packed, with its time and mode', () => {
    const path = join(directory, 'archive');
    writeFileSync(path, archive());
    execFileSync(program, words(path), { env: { ...process.env, TZ: 'UTC', LC_ALL: 'C.UTF-8' } });
    for (const { name, content, executable } of FILES) {
      expect(readFileSync(join(directory, name)).equals(content)).toBe(true);
      const { mode, mtimeMs } = statSync(join(directory, name));
      expect([mode & 0o777, mtimeMs / 1000]).toEqual([executable ? 0o755 : 0o644, TIME]);
    }
  });

  it('comes from the same bytes each time', () => {
    expect(archive().equals(archive())).toBe(true);
  });
});

describe('an archive', () => {
  it('takes no name that its format has no room for', () => {
    expect(() => tarGz([{ ...FILES[0]!, name: 'x'.repeat(101) }], TIME)).toThrow('too long');
  });
});

describe('the notes of a release', () => {
  const changelog =
    '# Changelog\n\n## [Unreleased]\n\n- new\n\n## [1.1.0] - 2026-01-02\n\n### Added\n\n- one\n\n## [1.0.0]\n\n- old\n';

  it('are what the changelog says of that version', () => {
    expect(notesOf(changelog, '1.1.0')).toBe('### Added\n\n- one\n');
    expect(notesOf(changelog, 'Unreleased')).toBe('- new\n');
    expect(notesOf(changelog, '1.0.0')).toBe('- old\n');
    expect(notesOf(changelog, '1.1')).toBeUndefined();
  });
});
