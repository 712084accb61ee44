import { chown, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DirectoryState, MemoryState, type StateStore } from '../../pkg/lib/state.ts';
import { temporaryDirectory } from '../support/directories.ts';

const STORES: [string, () => Promise<StateStore>][] = [
  ['memory', async () => new MemoryState()],
  ['a directory', async () => new DirectoryState((await temporaryDirectory()).path)],
];

it.each(STORES)('in %s, concurrent updates of one entry lose nothing, and an empty one is gone', async (_, make) => {
  const state = await make();
  const add = (text: string) => (there: Buffer | undefined) => Buffer.from(`${there?.toString() ?? ''}${text}`);
  const broken = state.update('entry', () => {
    throw new Error('broken');
  });
  await expect(broken).rejects.toThrow('broken');
  await Promise.all([...'abcdef'].map((text) => state.update('entry', add(text))));
  expect((await state.get('entry'))?.toString()).toBe('abcdef');
  await state.update('entry', () => undefined);
  expect(await state.get('entry')).toBeUndefined();
});

it.runIf(process.platform === 'linux')(
  'fails where no directory can be made, rather than try without end',
  async () => {
    const state = new DirectoryState('/proc/dashkeep/state');
    await expect(state.set('entry', Buffer.from('1'))).rejects.toMatchObject({ code: 'DK_STATE' });
  },
);

const OTHER = { uid: 65534, gid: 65533 };
const isRoot = process.getuid?.() === 0;

async function stateOfOther(): Promise<{ path: string; state: DirectoryState }> {
  const { path } = await temporaryDirectory();
  await chown(path, OTHER.uid, OTHER.gid);
  return { path, state: new DirectoryState(path) };
}

it.runIf(isRoot)('root gives files in the directory of another user to that user', async () => {
  const { path, state } = await stateOfOther();
  await state.set('set', Buffer.from('1'));
  await state.add('added', Buffer.from('1'));
  await state.update('updated', () => Buffer.from('1'));
  const names = await readdir(path);
  expect(names.sort()).toEqual(['added', 'set', 'updated']);
  for (const name of names) {
    const { uid, gid, mode } = await stat(join(path, name));
    expect({ uid, gid }, name).toEqual(OTHER);
    expect(mode & 0o777).toBe(0o600);
  }
});

it.runIf(isRoot)('names a file that it may not read, and how to give it to this user', async () => {
  const { path, state } = await stateOfOther();
  const file = join(path, 'entry');
  await writeFile(file, '1', { mode: 0o600 });
  process.seteuid?.(OTHER.uid);
  try {
    const error = await state.get('entry').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'DK_STATE',
      message: `cannot read the state in ${file}: EACCES`,
      hint: `The file belongs to the user with ID 0. Give it to the user of this process with \`chown ${OTHER.uid} ${file}\`.`,
    });
  } finally {
    process.seteuid?.(0);
  }
});
