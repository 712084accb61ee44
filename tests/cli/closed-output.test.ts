import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { ignoreClosedOutput } from '../../pkg/cli/closed-output.ts';
import { program } from '../support/program.ts';

it('ends as usual when nobody reads its output to the end', async () => {
  const child = spawn(process.execPath, [await program(), '--help']);
  child.stdout.destroy();
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [exit] = (await once(child, 'close')) as [number];
  expect({ exit, said }).toEqual({ exit: 0, said: '' });
});

it('fails if nothing is left to wait for, although the command is not done', () => {
  const module = new URL('../../pkg/cli/unfinished.ts', import.meta.url);
  const code = `import { failIfUnfinished } from '${module.href}'; failIfUnfinished(process);`;
  const run = (rest: string) =>
    spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', code + rest], {
      encoding: 'utf8',
    });
  expect(run('')).toMatchObject({ status: 1, stderr: expect.stringContaining('before the command finished') });
  expect(run('process.exitCode = 0;')).toMatchObject({ status: 0, stderr: '' });
});

it('does not hide another error of the output', () => {
  const stream = new Writable();
  ignoreClosedOutput(stream);
  expect(() => stream.emit('error', Object.assign(new Error('full'), { code: 'ENOSPC' }))).toThrow('full');
});
