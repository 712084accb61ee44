import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog, type Clock } from '../../../pkg/contract/ports.ts';
import { MemoryState } from '../../../pkg/lib/state.ts';
import { bootstrap } from '../../../pkg/service/bootstrap/bootstrap.ts';
import { TokenKeeper } from '../../../pkg/service/bootstrap/tokens/keeper.ts';
import type { BootstrapOptions, OrgToken } from '../../../pkg/service/bootstrap/types.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { realClock, realRandomness } from '../../support/ports.ts';

const DAY = 86_400_000;
const YEAR = 365 * DAY;

let grafana: Simulator;
let state: MemoryState;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  state = new MemoryState();
});
afterEach(() => grafana.close());

/** With a clock that is so far ahead of Grafana's, in milliseconds. */
function options(off: number): BootstrapOptions {
  const clock: Clock = { ...realClock, now: () => new Date(Date.now() + off) };
  const value = () => Promise.resolve('admin');
  const admin = { kind: 'values' as const, user: value, password: value, from: 'the test' };
  return { grafanaUrl: grafana.url, admin, allOrgs: false, state, clock, randomness: realRandomness, log: silentLog };
}

async function check(off: number): Promise<OrgToken> {
  return (await bootstrap(options(off), new AbortController().signal)).orgs[0]!;
}

/** Days until that time, by Grafana's clock. */
const daysUntil = (end: Date | undefined): number => Math.round(((end?.getTime() ?? 0) - Date.now()) / DAY);

describe('the end of a token', () => {
  it.each([
    ['ahead', YEAR],
    ['behind', -YEAR],
  ])('is what Grafana gave it, although the service started with a clock a year %s', async (_name, off) => {
    expect(daysUntil((await check(off)).expires)).toBe(30);
    expect(daysUntil(new Date(grafana.state.tokens[0]?.expires ?? 0))).toBe(30);
    const keeper = new TokenKeeper({ ...options(off), mayMint: () => true });
    await keeper.check();
    expect(keeper.status.state).toBe('valid');
    await keeper.stop();
    const corrected = await check(0);
    expect([corrected.minted, daysUntil(corrected.expires)]).toEqual([false, 30]);
  });

  it('is not known of one that is dated in the future, as earlier releases did, so another one replaces it', async () => {
    await check(0);
    const facts = JSON.parse(String(await state.get('bootstrap.json')));
    const later = (time: string): string => new Date(Date.parse(time) + YEAR).toISOString();
    const [token] = facts.tokens;
    facts.tokens = [{ ...token, created: later(token.created), expires: later(token.expires) }];
    await state.set('bootstrap.json', Buffer.from(JSON.stringify(facts)));
    const { minted, expires } = await check(0);
    expect([minted, daysUntil(expires)]).toEqual([true, 30]);
    expect((await check(0)).minted).toBe(false);
  });
});
