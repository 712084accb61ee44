import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderWith, shellTests } from './cases.ts';
import { isThere } from './terminal.ts';

const run = promisify(execFile);

describe.skipIf(!isThere('fish'))('completion in fish', () => {
  let directory = '';

  const propose = async (line: string): Promise<string[]> => {
    const env = { PATH: process.env['PATH'], HOME: directory };
    const words = ['--no-config', '-c', 'source dashkeep.fish; complete -C $argv[1]', line];
    const { stdout, stderr } = await run('fish', words, { cwd: directory, env });
    expect(stderr).toBe('');
    return stdout.split('\n').flatMap((shown) => shown.split('\t')[0] || []);
  };

  beforeAll(async () => {
    directory = await folderWith('fish', 'dashkeep.fish');
  });

  afterAll(() => rm(directory, { recursive: true }));

  shellTests(propose);

  it('says what each is for', async () => {
    const words = ['--no-config', '-c', "source dashkeep.fish; complete -C 'dashkeep restore --ev'"];
    const { stdout } = await run('fish', words, { cwd: directory });
    expect(stdout).toMatch(/^--everything\trestore all organizations /);
  });
});
