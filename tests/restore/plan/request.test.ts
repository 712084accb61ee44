import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reachedOrgs } from '../../../pkg/cli/restore/orgs.ts';
import { restoreRequest, type RestoreFlags } from '../../../pkg/cli/restore/request.ts';
import type { CliContext } from '../../../pkg/cli/context.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dashkeep-request-'));
});
afterEach(() => rm(directory, { recursive: true }));

const world = { environment: { PASSWORD: 'given' } } as unknown as CliContext;

function requestOf(flags: RestoreFlags, snapshot: string | undefined = 'latest'): ReturnType<typeof restoreRequest> {
  return restoreRequest(world, snapshot, flags);
}

describe('the flags of restore', () => {
  it.each([
    { only: ['dashboard/x'] },
    { folder: ['a'] },
    { kinds: 'dashboard' },
    { asCopy: true },
    { mapOrg: ['2=5'] },
    { deleteExtra: true },
  ])('that choose something do not go with --everything: %j', async (flags) => {
    await expect(requestOf({ everything: true, ...flags })).rejects.toMatchObject({ code: 'DK_USAGE' });
  });

  it('that say how go with --everything', async () => {
    const { selection, options } = await requestOf({ everything: true, overwrite: true, includeManaged: true });
    expect(selection).toEqual({});
    expect(options).toMatchObject({ overwrite: true, includeManaged: true });
  });

  it('become a selection and options', async () => {
    const secrets = join(directory, 'secrets.yaml');
    await writeFile(secrets, 'contact-point: { ops: { url: { env: PASSWORD } } }');
    const flags = {
      kinds: 'folder,dashboard',
      folder: ['a', 'b'],
      only: ['dashboard/x/y'],
      mapOrg: ['2=5'],
      mapDatasource: ['old=new'],
      asCopy: true,
      intoFolder: 'c',
      intoOrg: '7',
      copySuffix: ' 2',
      secrets,
    };
    const { selection, options } = await requestOf(flags);
    expect(selection).toEqual({
      kinds: ['folder', 'dashboard'],
      only: [{ kind: 'dashboard', uid: 'x/y' }],
      folders: [{ uid: 'a' }, { uid: 'b' }],
    });
    expect(options).toMatchObject({
      overwrite: false,
      includeManaged: false,
      copy: { folderUid: 'c', org: 7, suffix: ' 2' },
      orgs: new Map([[2, 5]]),
      dataSources: new Map([['old', 'new']]),
    });
    expect(options.deleteExtra).toBeUndefined();
    expect(options.secrets!('contact-point', 'ops')).toEqual({ url: 'given' });
    const { copy, ...mapped } = options;
    expect(reachedOrgs(undefined, { copy: copy! })).toBe('7');
    expect(reachedOrgs(undefined, mapped)).toBe('5');
    expect(reachedOrgs('all', mapped)).toBe('all');
  });

  it.each<[RestoreFlags, string]>([
    [{ mapOrg: ['2'] }, '--map-org must be old=new'],
    [{ mapOrg: ['a=b'] }, 'needs organization IDs'],
    [{ mapDatasource: ['=new'] }, '--map-datasource must be old=new'],
    [{ intoFolder: 'c' }, 'need --as-copy'],
    [{ only: ['nothing'] }, 'does not name a resource'],
    [{ secrets: '/does/not/exist' }, '--secrets'],
    [{ plan: '/does/not/exist' }, '--plan'],
  ])('are refused when they make no sense: %o', async (flags, why) => {
    await expect(requestOf(flags)).rejects.toThrow(why);
  });

  it('need a snapshot or a saved plan, not both', async () => {
    await expect(restoreRequest(world, undefined, {})).rejects.toThrow('specify a snapshot');
    const plan = join(directory, 'plan.json');
    const saved = {
      format: 'dashkeep-plan-1',
      made: '2026-11-24T14:30:00.000Z',
      repository: 'r',
      grafana: 'http://grafana',
      snapshot: 's',
      selection: { folders: [{ uid: 'a' }] },
      options: { overwrite: true, includeManaged: false, deleteExtra: true },
      items: [],
    };
    await writeFile(plan, JSON.stringify(saved));
    expect(await restoreRequest(world, undefined, { plan })).toMatchObject({
      snapshot: 's',
      selection: saved.selection,
      options: saved.options,
    });
    await expect(requestOf({ plan })).rejects.toThrow('cannot be combined with');
    await expect(restoreRequest(world, undefined, { plan, folder: ['b'] })).rejects.toThrow('cannot be combined with');
  });
});
