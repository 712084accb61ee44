import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAdmin, type AdminKeys } from '../../pkg/service/bootstrap/admin.ts';
import { DashkeepError } from '../../pkg/contract/errors.ts';
import { temporaryDirectory } from '../support/directories.ts';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

beforeEach(async () => {
  directory = await temporaryDirectory();
});

afterEach(() => directory.remove());

const read = (path: string, keys?: AdminKeys) => readAdmin({ kind: 'directory', directory: path }, keys);

async function refusal(path: string, keys?: AdminKeys): Promise<DashkeepError> {
  const error: unknown = await read(path, keys).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(DashkeepError);
  return error as DashkeepError;
}

/** What a pod has when its admin Secret is missing or lacks a key: the mount is optional, so the pod starts. */
describe('an admin Secret', () => {
  it.each([
    ['admin-user', 'admin-password'],
    ['admin', 'password'],
    ['GF_SECURITY_ADMIN_USER', 'GF_SECURITY_ADMIN_PASSWORD'],
  ])('is read by the keys %s and %s', async (user, password) => {
    await writeFile(join(directory.path, user), 'root\n');
    await writeFile(join(directory.path, password), 'p \n');
    expect(await read(directory.path)).toMatchObject({ user: 'root', password: 'p ' });
  });

  it('that is not mounted is named, with what to look at', async () => {
    const { code, message, hint } = await refusal(join(directory.path, 'none'));
    expect(code).toBe('DK_BOOTSTRAP');
    expect(message).toContain(`cannot read the admin Secret mounted at ${directory.path}/none`);
    expect(hint).toBe('Check that the Secret exists and is mounted. It is optional, so the pod starts without it.');
  });

  it.each([
    ['without any key', [], {}, 'it contains nothing, but needs admin-password, password, GF_SECURITY_ADMIN_PASSWORD'],
    [
      'with other keys',
      ['pass'],
      {},
      'it contains pass, but needs admin-password, password, GF_SECURITY_ADMIN_PASSWORD',
    ],
    [
      'without the key that was named',
      ['admin-password'],
      { password: 'mine' },
      'it contains admin-password, but needs mine',
    ],
  ])('%s says which are there and which is wanted, and no value', async (_what, present, keys, expected) => {
    for (const name of present) {
      await writeFile(join(directory.path, name), 'not-to-be-shown');
    }
    const { message, hint } = await refusal(directory.path, keys);
    expect(message).toBe(`no admin password in ${directory.path}: ${expected}`);
    expect(hint).toBe('Set DASHKEEP_ADMIN_USER_KEY and DASHKEEP_ADMIN_PASSWORD_KEY to the names of the keys.');
  });
});
