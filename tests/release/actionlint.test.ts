import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

/** Where `tests/support/actionlint.sh` has put it; empty when it was never built. */
const actionlint = ((): string => {
  try {
    return execFileSync(join(ROOT, 'tests/support/actionlint.sh'), ['--where'], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
})();

function lint(...files: string[]): Promise<{ code: number; stdout: string }> {
  return new Promise((done) => {
    execFile(actionlint, files, { cwd: ROOT }, (error, stdout) => done({ code: Number(error?.code ?? 0), stdout }));
  });
}

describe.skipIf(actionlint === '')('actionlint', () => {
  it('finds nothing in the workflows', async () => {
    expect(await lint()).toEqual({ code: 0, stdout: '' });
  });

  it('finds a mistake where there is one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dashkeep-workflow-'));
    const text = await readFile(join(ROOT, '.github/workflows/release.yml'), 'utf8');
    const path = join(folder, 'release.yml');
    await writeFile(path, text.replace('github.repository_owner', 'github.no_such'));
    const { code, stdout } = await lint(path);
    expect(code).toBe(1);
    expect(stdout).toContain('no_such');
    await rm(folder, { recursive: true });
  });
});
