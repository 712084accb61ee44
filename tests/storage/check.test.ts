import { afterEach, describe, expect, it } from 'vitest';
import { checkStore, STORE_CHECK_STEPS } from '../../pkg/storage/check/check.ts';
import type { StoreCheck, StoreCheckStepName } from '../../pkg/storage/check/check.ts';
import { reason } from '../../pkg/contract/reasons/catalogue.ts';
import { reasonSentence } from '../../pkg/contract/reasons/reason.ts';
import { DirectoryStore } from '../../pkg/storage/directory/store.ts';
import { minimalPolicy } from '../../pkg/storage/s3/policy.ts';
import type { MinimalPolicy } from '../../pkg/storage/s3/policy.ts';
import { ForwardingStore } from '../../pkg/storage/decorators/forwarding.ts';
import { runCli } from '../support/cli.ts';
import { temporaryDirectory } from '../support/directories.ts';
import { FaultStore, onEvery } from '../support/stores/fault-store.ts';
import { realClock, realRandomness } from '../support/ports.ts';
import { openTestStore } from '../support/s3/open-store.ts';
import { startS3Server } from '../support/s3/server.ts';
import type { S3Server, S3ServerOptions } from '../support/s3/server.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';
import { keysOf } from '../support/stores/read.ts';

const outside = { clock: realClock, random: realRandomness };
const servers: S3Server[] = [];

async function checked(options: S3ServerOptions = {}, environment: Record<string, string> = {}, target?: string) {
  const server = await startS3Server(options);
  servers.push(server);
  const store = await openTestStore(server, { environment, target });
  return { server, store, check: await checkStore(store, outside) };
}

function stepOf(check: StoreCheck, name: StoreCheckStepName) {
  const found = check.steps.find((step) => step.step === name);
  if (found === undefined) {
    throw new Error(`no step ${name}`);
  }
  return found;
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

describe('checkStore', () => {
  it('goes through every step and leaves nothing behind', async () => {
    const { store, check } = await checked();

    expect(check.steps.map((step) => step.step)).toEqual([...STORE_CHECK_STEPS]);
    expect(check.steps.filter((step) => step.status !== 'ok')).toEqual([]);
    expect(check).toMatchObject({ ok: true, conditionalPut: 'enforced', clockAheadMilliseconds: 0 });
    expect(await keysOf(store, '')).toEqual([]);
    expect(store.capabilities).toEqual({ conditionalPut: 'enforced', versioning: false, objectLock: false });
  });

  it.each(['refused', 'ignored', 'racy'] as const)('finds that conditional puts are %s', async (conditionalPut) => {
    const { store, check } = await checked({ conditionalPut });

    expect(check.conditionalPut).toBe(conditionalPut);
    expect(check.ok).toBe(true);
    expect(stepOf(check, 'conditional').status).toBe('warning');
    expect(await keysOf(store, '')).toEqual([]);
  });

  it('finds versions and object lock', async () => {
    const { store, check } = await checked({ buckets: [{ name: 'test', objectLock: true }] });

    expect(check.ok).toBe(true);
    expect(store.capabilities).toMatchObject({ versioning: true, objectLock: true });
    expect(stepOf(check, 'versioning').hints).toEqual([reason('versions-expire')]);
  });

  it('says of suspended versioning that earlier objects still become noncurrent versions', async () => {
    const { check } = await checked({ buckets: [{ name: 'test', versioning: 'suspended' }] });

    expect(stepOf(check, 'versioning')).toMatchObject({
      detail: expect.stringContaining('versioning is suspended'),
      hints: [reason('versions-expire')],
    });
  });

  it('says that object lock was asked for where the bucket has none', async () => {
    const { check } = await checked({}, { DASHKEEP_S3_OBJECT_LOCK: 'COMPLIANCE:30' });

    expect(check.ok).toBe(false);
    expect(stepOf(check, 'object-lock')).toMatchObject({ ok: false });
    expect(stepOf(check, 'write').ok).toBe(true);
  });

  it.each([
    ['s3:PutObject', 'write'],
    ['s3:GetObject', 'read'],
    ['s3:ListBucket', 'list'],
    ['s3:ListBucket', 'absent'],
  ] as const)('names %s when it is missing', async (permission, step) => {
    const { check } = await checked({ deny: (action) => action === permission });

    expect(check.ok).toBe(false);
    expect(stepOf(check, step)).toMatchObject({ status: 'failed', permission });
    const advice = stepOf(check, step).hints.map(reasonSentence).join(' ');
    expect(advice.match(/Grant [^ ,.]+/g)).toEqual([`Grant ${permission}`]);
  });

  it('warns that nothing can be pruned without s3:DeleteObject', async () => {
    const { check } = await checked({ deny: (action) => action === 's3:DeleteObject' });

    expect(check.ok).toBe(true);
    expect(stepOf(check, 'delete')).toMatchObject({ status: 'warning', permission: 's3:DeleteObject' });
  });

  it('does not fail for what only an administrator may ask', async () => {
    const { check } = await checked({ deny: (action) => action.startsWith('s3:GetBucket') });

    expect(check.ok).toBe(true);
    expect(stepOf(check, 'versioning')).toMatchObject({ status: 'skipped', permission: 's3:GetBucketVersioning' });
  });

  it('notices a clock that is hours off', async () => {
    const { check } = await checked({ clockSkewMilliseconds: -3 * 3_600_000 });

    expect(stepOf(check, 'clock')).toMatchObject({ status: 'failed' });
    expect(check.clockAheadMilliseconds).toBeLessThan(-2.9 * 3_600_000);
    expect(stepOf(check, 'write').ok).toBe(true);
  });

  it('names a wrong secret and a missing bucket, and tries nothing that needs an object', async () => {
    const wrong = await checked({}, { AWS_SECRET_ACCESS_KEY: 'not-the-secret' });
    expect(stepOf(wrong.check, 'clock').detail).toContain('SignatureDoesNotMatch');
    expect(stepOf(wrong.check, 'read').status).toBe('skipped');
    expect(JSON.stringify(wrong.check)).not.toContain('not-the-secret');

    const missing = await checked({ buckets: ['other'] });
    expect(stepOf(missing.check, 'clock').detail).toContain('the bucket does not exist');
  });

  it('notices a store that gives other bytes than it was given', async () => {
    const store = new FaultStore(
      new MemoryStore(),
      onEvery({ kind: 'flip', at: 3 }, (call) => call.operation === 'get'),
    );

    const check = await checkStore(store, outside);

    expect(stepOf(check, 'read')).toMatchObject({
      status: 'failed',
      detail: 'the content read back differs from the written content',
    });
  });

  it('notices a list that lags behind', async () => {
    const store = new FaultStore(
      new MemoryStore(),
      onEvery({ kind: 'stale-list', missing: 1 }, (call) => call.operation === 'list'),
    );

    expect(stepOf(await checkStore(store, outside), 'list').status).toBe('failed');
  });

  it('works on a directory', async () => {
    const { path, remove } = await temporaryDirectory();
    const store = new DirectoryStore(path, realRandomness);

    const check = await checkStore(store, outside);

    expect(check.ok).toBe(true);
    expect(await keysOf(store, '')).toEqual([]);
    await remove();
  });

  it('looks through decorators', async () => {
    const server = await startS3Server();
    servers.push(server);
    const store = new ForwardingStore(await openTestStore(server));

    expect(stepOf(await checkStore(store, outside), 'range').status).toBe('ok');
  });

  it('stops when aborted, and still cleans up', async () => {
    const inner = new MemoryStore();
    const controller = new AbortController();
    const store = new FaultStore(inner, (call) => {
      if (call.operation === 'list') {
        controller.abort(new Error('enough'));
      }
      return undefined;
    });

    await expect(checkStore(store, { ...outside, signal: controller.signal })).rejects.toThrow('enough');
    expect(await keysOf(inner, '')).toEqual([]);
  });
});

describe('minimalPolicy', () => {
  const target = 's3://test/some/prefix';

  it('is enough for everything, within the prefix only', async () => {
    const { policy } = minimalPolicy(target);
    const { check } = await checked({ deny: denyAllBut(policy) });
    expect(check.steps.filter((step) => step.status !== 'ok')).toEqual([]);

    const server = servers[0]!;
    const elsewhere = await openTestStore(server, { target: 's3://test/another' });
    await expect(elsewhere.put('a', Buffer.from('x'))).rejects.toMatchObject({ code: 'DK_STORE_DENIED' });
  });

  it('is enough with object lock and tags', async () => {
    const environment = { DASHKEEP_S3_OBJECT_LOCK: 'GOVERNANCE:1', DASHKEEP_S3_TAGS: 'team=a' };
    const { policy } = minimalPolicy(target, { lock: { mode: 'GOVERNANCE', days: 1 }, tags: { team: 'a' } });
    const options = { deny: denyAllBut(policy), buckets: [{ name: 'test', objectLock: true }] };
    const { store } = await checked(options, environment);

    expect(await store.put('objects/a', Buffer.from('x'))).toEqual({ written: true });
  });

  it('holds nothing that could be left out', async () => {
    const { policy } = minimalPolicy(target);
    const actions = policy.Statement.flatMap((statement) => statement.Action);

    for (const action of actions) {
      const allowed = denyAllBut(policy);
      const { check } = await checked({ deny: (asked, key) => asked === action || allowed(asked, key) });
      const suffered = check.steps.filter((step) => step.status !== 'ok').map((step) => step.permission);
      expect(suffered, action).toContain(action);
    }
  });

  it('takes what the environment asks for into account', async () => {
    const environment = { AWS_DEFAULT_REGION: 'us-gov-west-1', DASHKEEP_S3_OBJECT_LOCK: 'COMPLIANCE:7' };
    const policy = (await runCli(['doctor', '--policy', '--json', '--target', target], environment)).json;

    expect(JSON.stringify(policy)).toContain('s3:PutObjectRetention');
    expect(policy.Statement[0]?.Resource).toBe('arn:aws-us-gov:s3:::test');
  });

  it('knows the partitions, keys and notes', () => {
    expect(minimalPolicy('s3://b-1', { region: 'cn-north-1' }).policy.Statement[0]?.Resource).toBe(
      'arn:aws-cn:s3:::b-1',
    );
    const kms = minimalPolicy(target, { encryption: { kind: 'aws:kms', keyId: 'arn:aws:kms:x' } });
    expect(kms.policy.Statement.at(-1)).toMatchObject({ Resource: 'arn:aws:kms:x' });
    expect(minimalPolicy(target, { deletes: false }).policy.Statement.flatMap((s) => s.Action)).not.toContain(
      's3:DeleteObject',
    );
    for (const other of ['file:///a', 'azblob://container/a', 'gs://bucket/a']) {
      expect(() => minimalPolicy(other)).toThrow('a minimal policy exists only for s3:// targets');
    }
  });
});

/** What IAM would make of the policy, as far as a test server knows the request. */
function denyAllBut(policy: MinimalPolicy['policy']): (action: string, key: string) => boolean {
  return (action, key) =>
    !policy.Statement.some((statement) => {
      const [, path = ''] = statement.Resource.split(':::');
      const [, ...rest] = path.split('/');
      const isOnObjects = rest.length > 0;
      const prefix = rest.join('/').replace(/\*$/, '');
      return statement.Action.includes(action) && (isOnObjects ? key !== '' && key.startsWith(prefix) : key === '');
    });
}
