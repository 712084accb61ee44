import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { PermissionDenied } from '../errors.ts';
import type { Finding, Trial } from './trial.ts';

/** What reading, writing, listing and deleting must be like: without it there is no backup. */

const FIRST = Buffer.from('{"check":"first"}\n');
const SECOND = Buffer.from('{"check":"the second body"}\n');

/** Writes a test object. @returns the finding */
export async function tryWrite(trial: Trial): Promise<Finding> {
  await trial.put('a.json', FIRST);
  return { found: reason('bytes-written', { bytes: String(FIRST.length) }) };
}

/** Reads the test object and compares it. @returns the finding */
export async function tryRead(trial: Trial): Promise<Finding> {
  const body = await trial.get('a.json');
  const head = await trial.store.head(trial.key('a.json'), { signal: trial.signal });
  trial.expect(body.equals(FIRST), 'the content read back differs from the written content');
  trial.expect(head?.size === FIRST.length, 'the reported size differs from the written size');
  return { found: reason('bytes-back') };
}

/** Reads an object that does not exist. @returns the finding. @throws DK_STORE_DENIED, DK_STORE_FAILED */
export async function tryAbsent(trial: Trial): Promise<Finding> {
  try {
    await trial.get('absent.json');
  } catch (error) {
    if (error instanceof DashkeepError && error.code === 'DK_STORE_NOT_FOUND') {
      return { found: reason('absent-said') };
    }
    const permission = trial.probe?.permissions.list;
    if (error instanceof DashkeepError && error.code === 'DK_STORE_DENIED' && permission !== undefined) {
      throw new PermissionDenied(
        permission,
        `${permission} is not allowed, so missing objects are also reported as "denied"`,
        { advice: reason('grant-listing', { permission }) },
      );
    }
    throw error;
  }
  throw new DashkeepError('DK_STORE_FAILED', 'the target returned an object that was never written');
}

/** Reads part of the test object. @returns the finding */
export async function tryRange(trial: Trial): Promise<Finding> {
  if (trial.probe === undefined) {
    return { status: 'skipped', found: reason('not-applicable') };
  }
  const part = await trial.probe.range(trial.key('a.json'), 2, 6, trial.signal);
  return part.equals(FIRST.subarray(2, 7))
    ? { found: reason('range-read') }
    : { status: 'warning', found: reason('range-wrong'), hint: reason('whole-objects') };
}

/** Writes the test object again and reads it. @returns the finding */
export async function tryOverwrite(trial: Trial): Promise<Finding> {
  await trial.put('a.json', SECOND);
  trial.expect((await trial.get('a.json')).equals(SECOND), 'the old content came back after a second write');
  return { found: reason('rewrite-seen') };
}

/** Lists the test objects. @returns the finding */
export async function tryList(trial: Trial, written: boolean): Promise<Finding> {
  const names: string[] = [];
  for await (const { key } of trial.store.list(trial.folder, { signal: trial.signal })) {
    names.push(key);
  }
  trial.expect(
    !written || names.join() === trial.key('a.json'),
    'a listing does not contain an object that was just written',
  );
  return { found: reason(written ? 'write-listed' : 'lists-answered') };
}

/** Deletes the test objects. @returns the finding */
export async function tryDelete(trial: Trial): Promise<Finding> {
  const [result] = await trial.store.deleteMany([trial.key('a.json')], { signal: trial.signal });
  if (result?.problem?.code === 'denied') {
    return {
      status: 'warning',
      found: { code: 'DK_STORE_DENIED', params: { message: result.problem.message } },
      permission: trial.probe?.permissions.remove,
      hint: reason('prune-denied'),
    };
  }
  trial.expect(result?.problem === undefined, result?.problem?.message ?? '');
  trial.expect(
    (await trial.store.head(trial.key('a.json'), { signal: trial.signal })) === undefined,
    'a deleted object still exists',
  );
  trial.forget('a.json');
  return { found: reason('deletes-gone') };
}
