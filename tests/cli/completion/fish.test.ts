import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderWith, shellTests } from './cases.ts';
import { isThere } from './terminal.ts';

const run = promisify(execFile);

/** What is after the proposals for a line. */
const END = '<END>\n';
/** Proposes for one line after the other: a shell for each would take longer to start than to answer. */
const ANSWER = `source dashkeep.fish; while read line; complete -C $line; echo '${END.trim()}'; end`;

describe.skipIf(!isThere('fish'))('completion in fish', () => {
  let directory = '';

  let fish: ChildProcessWithoutNullStreams;
  let shown = '';
  let said = '';

  const propose = async (line: string): Promise<string[]> => {
    shown = '';
    fish.stdin.write(`${line}\n`);
    while (!shown.endsWith(END)) {
      await once(fish.stdout, 'data');
    }
    expect(said).toBe('');
    return shown
      .slice(0, -END.length)
      .split('\n')
      .flatMap((one) => one.split('\t')[0] || []);
  };

  beforeAll(async () => {
    directory = await folderWith('fish', 'dashkeep.fish');
    const env = { PATH: process.env['PATH'], HOME: directory };
    fish = spawn('fish', ['--no-config', '-c', ANSWER], { cwd: directory, env });
    fish.stdout.on('data', (part: Buffer) => (shown += part.toString()));
    fish.stderr.on('data', (part: Buffer) => (said += part.toString()));
  });

  afterAll(async () => {
    fish.stdin.end();
    await rm(directory, { recursive: true });
  });

  shellTests(propose);

  it('says what each is for', async () => {
    const words = ['--no-config', '-c', "source dashkeep.fish; complete -C 'dashkeep restore --ev'"];
    const { stdout } = await run('fish', words, { cwd: directory });
    expect(stdout).toMatch(/^--everything\trestore all organizations /);
  });
});
