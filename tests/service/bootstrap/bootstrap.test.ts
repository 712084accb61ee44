import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock, Log } from '../../../pkg/contract/ports.ts';
import { MemoryState } from '../../../pkg/lib/state.ts';
import { bootstrap } from '../../../pkg/service/bootstrap/bootstrap.ts';
import { TokenKeeper } from '../../../pkg/service/bootstrap/tokens/keeper.ts';
import type { BootstrapOptions } from '../../../pkg/service/bootstrap/types.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import type { ProfileName } from '../../support/grafana/profiles/profiles.ts';
import { eventually, realClock, realRandomness } from '../../support/ports.ts';

const DAY = 86_400_000;

describe('bootstrap', () => {
  let grafana: Simulator;
  let state: MemoryState;
  let adminDirectory: string;
  let lines: string[];
  let offset: number;

  beforeEach(async () => {
    grafana = await startGrafana({ profile: '13.2' });
    state = new MemoryState();
    adminDirectory = await mkdtemp(join(tmpdir(), 'dashkeep-admin-'));
    lines = [];
    offset = 0;
    await giveAdmin({ 'admin-user': 'admin', 'admin-password': 'admin' });
  });
  afterEach(async () => {
    await grafana.close();
    await rm(adminDirectory, { recursive: true });
  });

  /** Real time, moved forward together with the simulator's. */
  const clock: Clock = { ...realClock, now: () => new Date(Date.now() + offset) };

  function travel(ms: number): void {
    offset += ms;
    grafana.advanceDated(ms);
  }

  const log: Log = Object.fromEntries(
    ['debug', 'info', 'warn', 'error'].map((level) => [
      level,
      (fields: object, message: string) => lines.push(`${level} ${message} ${JSON.stringify(fields)}`),
    ]),
  ) as unknown as Log;

  async function giveAdmin(entries: Record<string, string>): Promise<void> {
    await rm(adminDirectory, { recursive: true, force: true });
    await mkdir(adminDirectory);
    for (const [key, value] of Object.entries(entries)) {
      await writeFile(join(adminDirectory, key), value);
    }
  }

  function options(more: Partial<BootstrapOptions> = {}): BootstrapOptions {
    return {
      grafanaUrl: grafana.url,
      admin: { kind: 'directory', directory: adminDirectory },
      allOrgs: false,
      state,
      clock,
      randomness: realRandomness,
      log,
      ...more,
    };
  }

  const run = (more: Partial<BootstrapOptions> = {}) => bootstrap(options(more), new AbortController().signal);
  const stored = async (name = 'grafana-api-token') => (await state.get(name))?.toString();

  async function acts(token: string | undefined): Promise<number> {
    const answer = await fetch(`${grafana.url}/api/org`, { headers: { authorization: `Bearer ${token ?? ''}` } });
    return answer.status;
  }

  it.each<ProfileName>(['10.4', '11.6', '12.4', '13.2'])(
    'makes and stores a token that works on %s',
    async (profile) => {
      await grafana.close();
      grafana = await startGrafana({ profile });
      const { orgs } = await run();
      expect(orgs).toMatchObject([{ org: 1, minted: true }]);
      expect(await acts(await stored())).toBe(200);
      const account = [...grafana.state.orgs.get(1)!.serviceAccounts.values()];
      expect(account.map(({ name, role }) => `${name} ${role}`)).toEqual(['dashkeep Admin']);
      expect(grafana.state.tokens[0]?.expires).toBeGreaterThan(Date.now() + 29 * DAY);
    },
  );

  it('writes nothing when the stored token works', async () => {
    await run();
    const before = await stored();
    grafana.clearRequests();
    expect((await run()).orgs).toMatchObject([{ minted: false }]);
    expect(grafana.writes()).toEqual([]);
    expect(await stored()).toBe(before);
  });

  it.each([
    ['the official chart', { 'admin-user': 'admin', 'admin-password': 'admin', 'ldap-toml': '' }],
    ['the classic recipe', { admin: 'admin', password: 'admin\n' }],
    ['the operator', { GF_SECURITY_ADMIN_USER: 'admin', GF_SECURITY_ADMIN_PASSWORD: 'admin' }],
    ['a Secret without a user', { 'admin-password': 'admin' }],
  ])('knows the keys of %s', async (_who, entries) => {
    await giveAdmin(entries);
    await run();
    expect(await acts(await stored())).toBe(200);
  });

  it('takes its own key names, and says which keys there are when none fits', async () => {
    await giveAdmin({ login: 'admin', 'pass word': 'admin', other: 'x' });
    await expect(run()).rejects.toThrow(/it contains login, other, pass word/);
    await run({ adminKeys: { user: 'login', password: 'pass word' } });
    expect(await acts(await stored())).toBe(200);
  });

  it.each(['', 'null', '{"message":"Unauthorized"}', '<html>', 'glsa_cut', '\u0000\u0001'])(
    'replaces %j where a token should be stored',
    async (rubbish) => {
      await state.set('grafana-api-token', Buffer.from(rubbish));
      await run();
      expect(await acts(await stored())).toBe(200);
    },
  );

  it('makes one token for each org, and keeps them when asked again', async () => {
    const admin = [...grafana.state.users.values()].find(({ login }) => login === 'admin')!;
    grafana.state.addOrg('Second').members.set(admin.id, 'Admin');
    // Somebody else's: the admin becomes a member for as long as it takes.
    const third = grafana.state.addOrg('Third');
    third.members.set(grafana.state.addUser({ login: 'owner' }).id, 'Admin');
    const { orgs } = await run({ allOrgs: true });
    expect(orgs.map(({ org }) => org)).toEqual([1, 2, 3]);
    for (const [n, name] of [
      [1, 'grafana-api-token'],
      [2, 'grafana-api-token-org-2'],
      [3, 'grafana-api-token-org-3'],
    ] as const) {
      const answer = await fetch(`${grafana.url}/api/org`, {
        headers: { authorization: `Bearer ${await stored(name)}` },
      });
      expect(await answer.json()).toMatchObject({ id: n });
    }
    grafana.clearRequests();
    expect(third.members.has(admin.id)).toBe(false);
    expect((await run({ allOrgs: true })).orgs.some(({ minted }) => minted)).toBe(false);
    expect(grafana.writes()).toEqual([]);
  });

  it('renews before the end, lets the old token live on for a while, then deletes it', async () => {
    await run();
    const first = await stored();
    travel(15 * DAY);
    expect((await run()).orgs[0]?.minted).toBe(false);
    travel(6 * DAY);
    expect((await run()).orgs[0]?.minted).toBe(true);
    const second = await stored();
    expect(second).not.toBe(first);
    expect([await acts(first), await acts(second)]).toEqual([200, 200]);
    travel(3_600_000);
    await run();
    expect([await acts(first), await acts(second)]).toEqual([401, 200]);
    expect(grafana.state.tokens).toHaveLength(1);
  });

  it('keeps the old token when a new one cannot be made yet', async () => {
    await run();
    const first = await stored();
    travel(25 * DAY);
    grafana.setFaults({ match: 'POST /api/serviceaccounts*', action: { kind: 'status', status: 500 } });
    expect((await run()).orgs).toMatchObject([{ minted: false, token: first, notRenewed: expect.any(Error) }]);
    expect(await stored()).toBe(first);
  });

  it('reports a wrong admin password while the token that it cannot renew still works', async () => {
    await run();
    travel(25 * DAY);
    await giveAdmin({ 'admin-user': 'admin', 'admin-password': 'wrong' });
    const keeper = new TokenKeeper({ ...options(), mayMint: () => true });
    await keeper.check();
    const notRenewed = { code: 'DK_BOOTSTRAP', message: expect.stringContaining('refuses the password of') };
    expect(keeper.status).toMatchObject({ state: 'valid', notRenewed });
  });

  it('starts over when Grafana was rebuilt and knows no token any more', async () => {
    await run();
    const first = await stored();
    grafana.burn();
    expect(await acts(first)).toBe(401);
    expect((await run()).orgs[0]?.minted).toBe(true);
    expect(await acts(await stored())).toBe(200);
  });

  it('stores nothing that Grafana does not accept', async () => {
    grafana.setFaults({
      match: 'POST /api/serviceaccounts/*/tokens',
      action: {
        kind: 'status',
        status: 200,
        body: { id: 7, name: 'x', key: 'glsa_neverissuedneverissuedneverissued' },
      },
    });
    await expect(run()).rejects.toMatchObject({ code: 'DK_BOOTSTRAP' });
    expect(await stored()).toBeUndefined();
  });

  it('finds the account that a failing Grafana made after all', async () => {
    grafana.setFaults({ match: 'POST /api/serviceaccounts', action: { kind: 'cut' }, times: 1 });
    await run().catch(() => undefined);
    await run();
    expect(grafana.state.orgs.get(1)!.serviceAccounts.size).toBe(1);
    expect(await acts(await stored())).toBe(200);
  });

  it('makes an API key where there are no service accounts, and deletes the older one', async () => {
    await grafana.close();
    grafana = await startGrafana({ profile: '10.4' });
    grafana.setFaults({ match: '* /api/serviceaccounts*', action: { kind: 'status', status: 404 } });
    await run();
    const first = await stored();
    expect(await acts(first)).toBe(200);
    await state.set('grafana-api-token', Buffer.from('lost'));
    await run();
    expect([await acts(first), await acts(await stored())]).toEqual([401, 200]);
  });

  it('leaves an account of somebody else alone, and its tokens', async () => {
    const account = grafana.state.addServiceAccount(1, { name: 'dashkeep', role: 'Admin' });
    const theirs = grafana.state.addToken(1, { name: 'terraform', serviceAccountId: account.id });
    await run();
    expect(await acts(theirs.key)).toBe(200);
  });

  it('says that the password is wrong, and asks Grafana only once about it', async () => {
    await giveAdmin({ 'admin-user': 'admin', 'admin-password': 'not-the-password' });
    const keeper = new TokenKeeper({ ...options(), mayMint: () => true });
    await keeper.check();
    await keeper.check();
    await keeper.check();
    expect(keeper.status.state).toBe('password-wrong');
    expect(keeper.status.problem?.message).toContain("refuses the password of 'admin'");
    expect(grafana.requests.filter(({ status }) => status === 401)).toHaveLength(1);
    await giveAdmin({ 'admin-user': 'admin', 'admin-password': 'admin' });
    await keeper.check();
    expect(keeper.status.state).toBe('valid');
    await keeper.stop();
  });

  it('waits for a Grafana that is not up yet, and goes on when it is', async () => {
    grafana.setFaults({ match: '*', action: { kind: 'status', status: 503 } });
    const keeper = new TokenKeeper({ ...options(), mayMint: () => true });
    keeper.start();
    await eventually('to wait', () => keeper.status.state === 'waiting' || undefined);
    grafana.setFaults();
    await eventually('a valid token', () => keeper.status.state === 'valid' || undefined);
    await keeper.stop();
  });

  it('only uses what is stored on a replica that may not make tokens', async () => {
    const keeper = new TokenKeeper({ ...options(), mayMint: () => false });
    await keeper.check();
    expect(keeper.status.state).toBe('missing');
    expect(grafana.writes()).toEqual([]);
    await run();
    await keeper.check();
    expect(keeper.status.state).toBe('valid');
    await keeper.stop();
  });

  it('gives credentials that survive a rebuilt Grafana', async () => {
    const keeper = new TokenKeeper({ ...options(), mayMint: () => true });
    const credentials = keeper.credentials();
    const first = await credentials.authorization();
    grafana.burn();
    expect(await credentials.refresh()).toBe(true);
    const second = await credentials.authorization();
    expect(second).not.toBe(first);
    expect(await acts(second.slice('Bearer '.length))).toBe(200);
    await keeper.stop();
  });

  it('logs no secret at any level', async () => {
    await giveAdmin({ 'admin-user': 'admin', 'admin-password': 'admin' });
    await run();
    travel(25 * DAY);
    await run();
    const secrets = [...grafana.state.tokens.map(({ key }) => key), await stored()];
    const text = lines.join('\n');
    expect(lines.length).toBeGreaterThan(0);
    secrets.forEach((secret) => expect(text).not.toContain(secret));
    expect(text).not.toContain(Buffer.from('admin:admin').toString('base64'));
  });
});
