import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { PermissionDenied } from '../errors.ts';
import type { Finding, CheckContext } from './context.ts';

/** What reading, writing, listing and deleting must be like: without it there is no backup. */

const FIRST = Buffer.from('{"check":"first"}\n');
const SECOND = Buffer.from('{"check":"the second body"}\n');

/** Writes a test object. @returns the finding */
export async function tryWrite(context: CheckContext): Promise<Finding> {
  await context.put('a.json', FIRST);
  return { found: reason('bytes-written', { bytes: String(FIRST.length) }) };
}

/** Reads the test object and compares it. @returns the finding */
export async function tryRead(context: CheckContext): Promise<Finding> {
  const body = await context.get('a.json');
  const head = await context.store.head(context.key('a.json'), { signal: context.signal });
  context.expect(body.equals(FIRST), 'the content read back differs from the written content');
  context.expect(head?.size === FIRST.length, 'the reported size differs from the written size');
  return { found: reason('bytes-back') };
}

/** Reads an object that does not exist. @returns the finding. @throws DK_STORE_DENIED, DK_STORE_FAILED */
export async function tryAbsent(context: CheckContext): Promise<Finding> {
  try {
    await context.get('absent.json');
  } catch (error) {
    if (error instanceof DashkeepError && error.code === 'DK_STORE_NOT_FOUND') {
      return { found: reason('absent-said') };
    }
    const permission = context.probe?.permissions.list;
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
export async function tryRange(context: CheckContext): Promise<Finding> {
  if (context.probe === undefined) {
    return { status: 'skipped', found: reason('not-applicable') };
  }
  const part = await context.probe.range(context.key('a.json'), 2, 6, context.signal);
  return part.equals(FIRST.subarray(2, 7))
    ? { found: reason('range-read') }
    : { status: 'warning', found: reason('range-wrong'), hint: reason('whole-objects') };
}

/** Writes the test object again and reads it. @returns the finding */
export async function tryOverwrite(context: CheckContext): Promise<Finding> {
  await context.put('a.json', SECOND);
  context.expect((await context.get('a.json')).equals(SECOND), 'the old content was returned after a second write');
  return { found: reason('rewrite-seen') };
}

/** Lists the test objects. @returns the finding */
export async function tryList(context: CheckContext, written: boolean): Promise<Finding> {
  const names: string[] = [];
  for await (const { key } of context.store.list(context.folder, { signal: context.signal })) {
    names.push(key);
  }
  context.expect(
    !written || names.join() === context.key('a.json'),
    'a listing does not contain an object that was just written',
  );
  return { found: reason(written ? 'write-listed' : 'lists-answered') };
}

/** Deletes the test objects. @returns the finding */
export async function tryDelete(context: CheckContext): Promise<Finding> {
  const [result] = await context.store.deleteMany([context.key('a.json')], { signal: context.signal });
  if (result?.problem?.code === 'denied') {
    return {
      status: 'warning',
      found: { code: 'DK_STORE_DENIED', params: { message: result.problem.message } },
      permission: context.probe?.permissions.remove,
      hint: reason('prune-denied'),
    };
  }
  context.expect(result?.problem === undefined, result?.problem?.message ?? '');
  context.expect(
    (await context.store.head(context.key('a.json'), { signal: context.signal })) === undefined,
    'a deleted object still exists',
  );
  context.forget('a.json');
  return { found: reason('deletes-gone') };
}
