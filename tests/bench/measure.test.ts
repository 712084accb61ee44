import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { measure } from '../../bench/measure/process.ts';
import { inFiles } from '../../bench/target/files.ts';
import { inRepository } from '../../bench/target/repository.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'dashkeep-bench-test-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('a measured process', () => {
  it('is charged for its children, reports its memory, and keeps its exit code', async () => {
    const busy = `let n = 0; const end = Date.now() + 150; while (Date.now() < end) n++; console.log('done'); process.exit(3);`;
    const script = `"${process.execPath}" -e "${busy}"`;
    const { exit, output, cpuSeconds, peakMB } = await measure({
      file: 'bash',
      args: ['-c', `${script}; exit $?`],
      env: {},
    });
    expect([exit, output.trim()]).toEqual([3, 'done']);
    expect(cpuSeconds).toBeGreaterThan(0.03);
    expect(peakMB).toBeGreaterThan(0);
  });
});

describe('completeness', () => {
  it('counts a dashboard of a repository only when its object is there and whole', () => {
    const keep = (text: string, stored = text): string => {
      const id = createHash('sha256').update(text).digest('hex');
      mkdirSync(join(directory, 'objects', id.slice(0, 2)), { recursive: true });
      writeFileSync(join(directory, 'objects', id.slice(0, 2), `${id}.json.gz`), gzipSync(stored));
      return id;
    };
    const resources = [
      { kind: 'dashboard', uid: 'whole', object: keep('{"a":1}') },
      { kind: 'dashboard', uid: 'changed', object: keep('{"a":2}', '{"a":3}') },
      { kind: 'dashboard', uid: 'gone', object: 'ab'.repeat(32) },
      { kind: 'folder', uid: 'folder', object: keep('{"a":4}') },
    ];
    mkdirSync(join(directory, 'snapshots'));
    writeFileSync(join(directory, 'snapshots', '20261124T143000Z-1.json.gz'), gzipSync(JSON.stringify({ resources })));
    const uids = ['whole', 'changed', 'gone', 'folder', 'never listed'];
    expect(inRepository(directory, uids)).toEqual({ expected: 5, stored: 1, lost: 4 });
  });

  it('counts a file only when it holds a dashboard with content', () => {
    const files = {
      'a.json': { dashboard: { uid: 'a', panels: [] } },
      'b.json': { dashboard: { uid: 'b', elements: {} } },
      'c.json': { message: 'Dashboard not found' },
      'd.json': { dashboard: { uid: 'd' } },
    };
    Object.entries(files).forEach(([name, file]) => writeFileSync(join(directory, name), JSON.stringify(file)));
    writeFileSync(join(directory, 'e.json'), '{"dashboard":{"uid":"e","pan');
    expect(inFiles(directory, ['a', 'b', 'c', 'd', 'e'])).toEqual({ expected: 5, stored: 2, lost: 3 });
  });
});
