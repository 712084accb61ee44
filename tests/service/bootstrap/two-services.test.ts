import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog, type Clock, type Log } from '../../../pkg/contract/ports.ts';
import { MemoryState } from '../../../pkg/lib/state.ts';
import { ApiTokens } from '../../../pkg/service/api-tokens/api-tokens.ts';
import { anyAppChanged } from '../../../pkg/service/bootstrap/app-changes.ts';
import { APP_ID } from '../../../pkg/service/bootstrap/app-plugin.ts';
import { bootstrap } from '../../../pkg/service/bootstrap/bootstrap.ts';
import type { Bootstrapped, BootstrapOptions } from '../../../pkg/service/bootstrap/types.ts';
import { call } from '../../simulator/http.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { realClock, realRandomness } from '../../support/ports.ts';

const MINUTE = 60_000;

describe('two services on one Grafana', () => {
  let grafana: Simulator;
  let offset: number;
  let warnings: string[];

  beforeEach(async () => {
    grafana = await startGrafana({ profile: '12.4' });
    offset = 0;
    warnings = [];
  });
  afterEach(() => grafana.close());

  const clock: Clock = { ...realClock, now: () => new Date(Date.now() + offset) };
  const log: Log = {
    ...silentLog,
    warn: (fields, message) => warnings.push(`${message} ${JSON.stringify(fields)}`),
  };

  function travel(ms: number): void {
    offset += ms;
    grafana.advanceDated(ms);
  }

  /** A service with its own state. */
  class Installation {
    readonly state = new MemoryState();
    readonly #options: BootstrapOptions;
    #orgs: Bootstrapped['orgs'] = [];

    constructor(url: string) {
      const ports = { state: this.state, clock, randomness: realRandomness, log };
      const value = () => Promise.resolve('admin');
      this.#options = {
        grafanaUrl: grafana.url,
        admin: { kind: 'values', user: value, password: value, from: 'the test' },
        allOrgs: false,
        app: { url, tokens: new ApiTokens({ rotates: true, ...ports }) },
        ...ports,
      };
    }

    async check(): Promise<Bootstrapped['orgs'][number]> {
      const { orgs } = await bootstrap(this.#options, new AbortController().signal);
      this.#orgs = orgs;
      return orgs[0]!;
    }

    /** Whether the watch, twice a minute, would have everything checked. */
    isAlarmed(): Promise<boolean> {
      return anyAppChanged(this.#options, this.#orgs, new AbortController().signal);
    }

    async token(name = 'grafana-api-token'): Promise<string> {
      return String(await this.state.get(name));
    }
  }

  const SETTINGS = `/api/plugins/${APP_ID}/settings`;

  async function appAddress(): Promise<unknown> {
    const settings = JSON.parse((await call(grafana, 'admin:admin', `GET ${SETTINGS}`)).text) as {
      jsonData: Record<string, unknown>;
    };
    return settings.jsonData['sidecarUrl'];
  }

  it('live side by side: the second leaves the app to the first, and names it', async () => {
    const [first, second] = [new Installation('http://first:3210'), new Installation('http://second:3210')];
    expect(await first.check()).toMatchObject({ app: 'configured', account: { name: 'dashkeep' } });
    expect(await second.check()).toMatchObject({
      app: 'of-other',
      account: { name: 'dashkeep-2' },
      other: { url: 'http://first:3210', account: 'dashkeep' },
    });
    expect(warnings.filter((line) => line.includes('is connected to another Dashkeep'))).toHaveLength(1);
    const tokens = [await first.token(), await second.token(), await first.token('dashkeep-api-token')];
    warnings.length = 0;
    for (let minute = 0; minute < 5; minute++) {
      travel(MINUTE);
      expect(await first.isAlarmed()).toBe(false);
      expect(await second.isAlarmed()).toBe(false);
      expect(await first.check()).toMatchObject({ minted: false, app: 'unchanged' });
      expect(await second.check()).toMatchObject({ minted: false, app: 'of-other' });
    }
    expect([await first.token(), await second.token(), await first.token('dashkeep-api-token')]).toEqual(tokens);
    expect(warnings).toEqual([]);
    expect(await appAddress()).toBe('http://first:3210');
  });

  it('stop taking the app from each other, where earlier releases did', async () => {
    const [first, second] = [new Installation('http://first:3210'), new Installation('http://second:3210')];
    await first.check();
    await second.check();
    travel(20 * MINUTE);
    // The first has been silent, so that the second takes the app.
    expect(await second.check()).toMatchObject({ app: 'configured' });
    const before = await first.token('dashkeep-api-token');
    expect(await first.check()).toMatchObject({ app: 'of-other', other: { url: 'http://second:3210' } });
    // Anyone who pointed the app elsewhere may have its token.
    expect(await first.token('dashkeep-api-token')).not.toBe(before);
    const after = [await first.token('dashkeep-api-token'), await second.token('dashkeep-api-token')];
    for (let minute = 0; minute < 5; minute++) {
      travel(MINUTE);
      expect(await first.isAlarmed()).toBe(false);
      await first.check();
      expect(await second.check()).toMatchObject({ app: 'unchanged' });
    }
    expect([await first.token('dashkeep-api-token'), await second.token('dashkeep-api-token')]).toEqual(after);
  });

  it('the second takes the app when the first no longer works', async () => {
    const [first, second] = [new Installation('http://first:3210'), new Installation('http://second:3210')];
    await first.check();
    expect(await second.check()).toMatchObject({ app: 'of-other' });
    travel(20 * MINUTE);
    expect(await second.check()).toMatchObject({ app: 'configured' });
    expect(await appAddress()).toBe('http://second:3210');
  });

  it('an app that is installed later is noticed by the next watch, and only once', async () => {
    const app = grafana.state.plugins.get(APP_ID)!;
    grafana.state.plugins.delete(APP_ID);
    const first = new Installation('http://first:3210');
    expect(await first.check()).toMatchObject({ app: 'not-installed' });
    expect(await first.isAlarmed()).toBe(false);
    grafana.state.plugins.set(APP_ID, app);
    expect(await first.isAlarmed()).toBe(true);
    expect(await first.check()).toMatchObject({ app: 'configured' });
    expect(await first.isAlarmed()).toBe(false);
  });

  it('a token is revoked when someone points the app elsewhere and no other service works', async () => {
    const first = new Installation('http://first:3210');
    await first.check();
    const before = await first.token('dashkeep-api-token');
    const jsonData = { sidecarUrl: 'http://elsewhere' };
    await call(grafana, 'admin:admin', `POST ${SETTINGS}`, { enabled: true, pinned: true, jsonData });
    expect(await first.isAlarmed()).toBe(true);
    expect(await first.check()).toMatchObject({ app: 'configured' });
    expect(await first.token('dashkeep-api-token')).not.toBe(before);
    expect(await appAddress()).toBe('http://first:3210');
  });
});
