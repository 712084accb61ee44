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
