import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryState } from '../../pkg/lib/state.ts';
import { bootstrap } from '../../pkg/service/bootstrap/bootstrap.ts';
import type { Bootstrapped } from '../../pkg/service/bootstrap/types.ts';
import type { Clock } from '../../pkg/contract/ports.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import type { ProfileName } from '../support/grafana/profiles/profiles.ts';
import { eventually, realClock, realRandomness } from '../support/ports.ts';
import { removeDirectory, startService } from '../support/service.ts';

const DAY = 86_400_000;
const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** Anyone who may make service accounts, and no more, makes the one that Dashkeep would raise to Admin. */
describe('a service account named like ours', () => {
  let grafana: Simulator;
  let state: MemoryState;
  let offset: number;

  beforeEach(async () => {
    grafana = await startGrafana({ profile: '13.2' });
    state = new MemoryState();
    offset = 0;
  });
  afterEach(() => grafana.close());

  const clock: Clock = { ...realClock, now: () => new Date(Date.now() + offset) };
  const travel = (ms: number): void => {
    offset += ms;
    grafana.advanceDated(ms);
  };

  function run(allOrgs = false): Promise<Bootstrapped> {
    const value = () => Promise.resolve('admin');
    const admin = { kind: 'values' as const, user: value, password: value, from: 'the test' };
    const ports = { clock, randomness: realRandomness, log: silent };
    return bootstrap({ grafanaUrl: grafana.url, admin, allOrgs, state, ...ports }, new AbortController().signal);
  }

  const stored = async (): Promise<string> => String(await state.get('grafana-api-token'));
  const accounts = (org = 1): string[] =>
    [...grafana.state.orgs.get(org)!.serviceAccounts.values()].map(({ name, role }) => `${name} ${role}`);

  async function acts(token: string): Promise<number> {
    return (await fetch(`${grafana.url}/api/org`, { headers: { authorization: `Bearer ${token}` } })).status;
  }

  /** Whether a token reaches what only an Admin does. */
  async function isAdmin(token: string): Promise<boolean> {
    const answer = await fetch(`${grafana.url}/api/serviceaccounts/search`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return answer.status === 200;
  }

  it.each<ProfileName>(['10.4', '11.6', '12.4', '13.2'])(
    'gains nothing on %s: another name is used',
    async (profile) => {
      await grafana.close();
      grafana = await startGrafana({ profile });
      const account = grafana.state.addServiceAccount(1, { name: 'dashkeep', role: 'Viewer' });
      const theirs = grafana.state.addToken(1, { name: 'dashkeep-2026-01-01-00000000', serviceAccountId: account.id });
      expect(await isAdmin(theirs.key)).toBe(false);
      const { orgs } = await run();
      expect(await isAdmin(theirs.key)).toBe(false);
      expect(accounts()).toEqual(['dashkeep Viewer', 'dashkeep-2 Admin']);
      expect(orgs[0]?.account).toEqual({ name: 'dashkeep-2', instead: 'dashkeep' });
      expect(await isAdmin(await stored())).toBe(true);
      // It stays with that account, for every renewal.
      travel(25 * DAY);
      expect((await run()).orgs[0]).toMatchObject({ minted: true, account: { name: 'dashkeep-2' } });
      expect(accounts()).toEqual(['dashkeep Viewer', 'dashkeep-2 Admin']);
      expect(await acts(theirs.key)).toBe(200);
    },
  );

  it('stays disabled, and keeps its name from the next ones, too', async () => {
    const mine = ['dashkeep', 'dashkeep-2', 'dashkeep-3'].map((name) =>
      grafana.state.addServiceAccount(1, { name, role: 'None' as 'Viewer' }),
    );
    mine.forEach((account) => (account.isDisabled = true));
    expect((await run()).orgs[0]?.account?.name).toBe('dashkeep-4');
    expect(mine.every(({ isDisabled }) => isDisabled)).toBe(true);
  });

  it('gains nothing in further organizations', async () => {
    const second = grafana.state.addOrg('Second');
    grafana.state.addServiceAccount(second.id, { name: `dashkeep-org-${second.id}`, role: 'Viewer' });
    const { orgs } = await run(true);
    expect(orgs[1]?.account).toEqual({ name: `dashkeep-org-${second.id}-2`, instead: `dashkeep-org-${second.id}` });
    expect(accounts(second.id)[0]).toBe(`dashkeep-org-${second.id} Viewer`);
  });

  it('is not taken for the one that a Grafana had which was rebuilt, though ids are counted again', async () => {
    await run();
    const [before] = grafana.state.orgs.get(1)!.serviceAccounts.values();
    grafana.burn();
    const forged = grafana.state.addServiceAccount(1, { name: 'dashkeep', role: 'Viewer' });
    const { serviceAccounts } = grafana.state.orgs.get(1)!;
    serviceAccounts.delete(forged.id);
    forged.id = before!.id;
    serviceAccounts.set(forged.id, forged);
    expect((await run()).orgs[0]?.account?.name).toBe('dashkeep-2');
    expect(forged.role).toBe('Viewer');
  });

  it('that this service made is used again after its token was deleted, renamed or demoted as it may be', async () => {
    await run();
    const [account] = grafana.state.orgs.get(1)!.serviceAccounts.values();
    grafana.state.tokens = [];
    account!.name = 'renamed by somebody';
    account!.role = 'Viewer';
    expect((await run()).orgs[0]).toMatchObject({ minted: true });
    expect(accounts()).toEqual(['renamed by somebody Admin']);
  });

  it('that this service made keeps no token but its own when it gets a new one', async () => {
    await run();
    const [account] = grafana.state.orgs.get(1)!.serviceAccounts.values();
    const theirs = grafana.state.addToken(1, { name: 'put there', serviceAccountId: account!.id });
    travel(25 * DAY);
    expect((await run()).orgs[0]?.minted).toBe(true);
    expect(await acts(theirs.key)).toBe(401);
    expect(await acts(await stored())).toBe(200);
  });

  it('of an earlier release is recognized by the token that it holds, and by nothing else', async () => {
    await run();
    const facts = JSON.parse(String(await state.get('bootstrap.json'))) as Record<string, unknown>;
    await state.set('bootstrap.json', Buffer.from(JSON.stringify({ ...facts, accounts: undefined })));
    await run();
    travel(25 * DAY);
    await run();
    expect(accounts()).toEqual(['dashkeep Admin']);

    // The same with a token that Grafana does not accept: whose account this is can't be known.
    const later = JSON.parse(String(await state.get('bootstrap.json'))) as Record<string, unknown>;
    await state.set('bootstrap.json', Buffer.from(JSON.stringify({ ...later, accounts: undefined })));
    await state.set('grafana-api-token', Buffer.from('glsa_acceptedbynobodyacceptedbynobody'));
    await run();
    expect(accounts()).toEqual(['dashkeep Admin', 'dashkeep-2 Admin']);
  });

  it('that a restore brought back is used: an Admin without tokens gives no one more than they have', async () => {
    grafana.state.addServiceAccount(1, { name: 'dashkeep', role: 'Admin' });
    expect((await run()).orgs[0]?.account).toEqual({ name: 'dashkeep' });
    expect(accounts()).toEqual(['dashkeep Admin']);
    travel(25 * DAY);
    expect((await run()).orgs[0]).toMatchObject({ minted: true, account: { name: 'dashkeep' } });
    expect(accounts()).toEqual(['dashkeep Admin']);
  });

  it('that a restore brought back is not raised again after it was demoted', async () => {
    const account = grafana.state.addServiceAccount(1, { name: 'dashkeep', role: 'Admin' });
    await run();
    account.role = 'Viewer';
    travel(25 * DAY);
    expect((await run()).orgs[0]).toMatchObject({ minted: true, account: { name: 'dashkeep-2', instead: 'dashkeep' } });
    expect(accounts()).toEqual(['dashkeep Viewer', 'dashkeep-2 Admin']);
    expect(await isAdmin(await stored())).toBe(true);
  });

  it('that a restore brought back is given up when someone else makes tokens of it', async () => {
    const account = grafana.state.addServiceAccount(1, { name: 'dashkeep', role: 'Admin' });
    await run();
    const theirs = grafana.state.addToken(1, { name: 'put there', serviceAccountId: account.id });
    travel(25 * DAY);
    expect((await run()).orgs[0]).toMatchObject({ minted: true, account: { name: 'dashkeep-2', instead: 'dashkeep' } });
    expect(await acts(theirs.key)).toBe(200);
    expect(await acts(await stored())).toBe(200);
  });

  it('of a service whose state was lost is used again once no one uses its tokens, which then end', async () => {
    await run();
    const former = await stored();
    state = new MemoryState();
    // Another service may be at work with it.
    expect((await run()).orgs[0]?.account).toEqual({ name: 'dashkeep-2', instead: 'dashkeep' });
    state = new MemoryState();
    travel(3_600_000);
    expect((await run()).orgs[0]).toMatchObject({ minted: true, account: { name: 'dashkeep' } });
    expect(accounts()).toEqual(['dashkeep Admin', 'dashkeep-2 Admin']);
    expect(await acts(former)).toBe(401);
    expect(await acts(await stored())).toBe(200);
  });

  it('that two services use in turn is given up by the second, and neither revokes the token of the other', async () => {
    await run();
    const first = state;
    travel(3_600_000);
    state = new MemoryState();
    await run();
    const second = state;
    for (let round = 1; round <= 3; round++) {
      for (const one of [first, second]) {
        state = one;
        await run();
        expect(await acts(await stored())).toBe(200);
      }
    }
    const writes = grafana.writes().length;
    for (const one of [first, second]) {
      state = one;
      expect((await run()).orgs[0]?.minted).toBe(false);
    }
    expect(grafana.writes()).toHaveLength(writes);
    expect(accounts()).toEqual(['dashkeep Admin', 'dashkeep-2 Admin']);
  });

  it.each([
    ['has another role', { role: 'Editor' }],
    ['is disabled', { role: 'Admin', isDisabled: true }],
    ['has a token', { role: 'Admin', token: true }],
  ] as const)('is not used as one that a restore brought back if it %s', async (_why, { role, ...more }) => {
    const account = grafana.state.addServiceAccount(1, { name: 'dashkeep', role });
    account.isDisabled = 'isDisabled' in more;
    if ('token' in more) {
      grafana.state.addToken(1, { name: 'theirs', serviceAccountId: account.id });
    }
    expect((await run()).orgs[0]?.account).toEqual({ name: 'dashkeep-2', instead: 'dashkeep' });
    expect(account).toMatchObject({ role, isDisabled: 'isDisabled' in more });
  });

  it('leaves a token that the classic recipe stored as it is', async () => {
    const account = grafana.state.addServiceAccount(1, { name: 'grafana-backup', role: 'Admin' });
    const token = grafana.state.addToken(1, { name: 'grafana-backup', serviceAccountId: account.id });
    await state.set('grafana-api-token', Buffer.from(token.key));
    const writes = grafana.writes().length;
    expect((await run()).orgs[0]).toMatchObject({ minted: false, token: token.key });
    travel(60 * DAY);
    expect((await run()).orgs[0]).toMatchObject({ minted: false, token: token.key });
    expect(grafana.writes()).toHaveLength(writes);
    expect(await acts(token.key)).toBe(200);
  });

  it('is named in log, status and doctor', async () => {
    grafana.state.addServiceAccount(1, { name: 'dashkeep', role: 'Viewer' });
    const service = await startService({ grafanaUrl: grafana.url });
    try {
      const said =
        'this service did not create the service account dashkeep of organization 1, and uses dashkeep-2 instead';
      const status = await eventually('a token', async () => {
        const { json } = await service.call('GET', '/status');
        return json.token.state === 'valid' ? json : undefined;
      });
      expect(status.warnings).toContainEqual(expect.objectContaining({ code: 'DK_BOOTSTRAP', message: said }));
      const { checks } = (await service.call('GET', '/doctor')).json;
      expect(checks).toContainEqual(
        expect.objectContaining({ name: 'service account of org 1', status: 'warning', detail: said }),
      );
      expect(service.lines.filter((line) => line.includes('it uses another name'))).toHaveLength(1);
    } finally {
      await service.stop();
      await removeDirectory(service.directory);
    }
  });
});
