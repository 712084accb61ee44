import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/ports.ts';
import { twoOrgs, type Side, type TwoOrgs } from './support/two-orgs.ts';

/** As many calls as one organization may have waiting, and as run of it beside others. */
const WAITING = 20;
const RUNNING = 2;

let world: TwoOrgs;
let home: Side;
let other: Side;
let snapshot: string;

beforeAll(async () => {
  world = await twoOrgs();
  ({ home, other } = world);
  snapshot = await world.backup();
});
afterAll(() => world?.close());

/** A comparison that reads from Grafana. */
const comparison = ({ org, planted }: Side): string =>
  `/diff/resource?from=${snapshot}&to=live&org=${org}&kind=dashboard&uid=${planted.dashboard}`;

/** Comparisons of the other organization never end from now on. */
function block(): void {
  const match = new RegExp(`^GET /(?!api/plugin-proxy/).*${other.planted.dashboard}`);
  world.grafana.simulator?.setFaults({ match, action: { kind: 'hang' } });
}

it('lets many calls of one person wait for each other', async () => {
  const statuses = await Promise.all(
    Array.from({ length: WAITING }, async () => (await home.call('GET', comparison(home))).status),
  );
  expect(new Set(statuses)).toEqual(new Set([200]));
});

it('lets plans that are sent with a body wait for each other', async () => {
  const body = { snapshot, selection: { type: 'everything' } };
  const statuses = await Promise.all(
    Array.from({ length: WAITING }, async () => (await home.call('POST', '/restores', body)).status),
  );
  expect(new Set(statuses)).toEqual(new Set([201]));
});

it.skipIf(process.env.GRAFANA_URL)('keeps a place for other organizations while one floods the service', async () => {
  block();
  const refused: number[] = [];
  for (let n = 0; n < 90; n++) {
    // Those that run or wait end with the service.
    void other.call('GET', comparison(other)).then(
      ({ status }) => refused.push(status),
      () => undefined,
    );
  }
  await eventually('the refusals', () => Promise.resolve(refused.length >= 90 - WAITING - RUNNING));
  for (let n = 0; n < 5; n++) {
    for (const path of [
      comparison(home),
      `/diff?from=${snapshot}&to=live&refresh=true`,
      '/previews',
      '/search?q=mark',
    ]) {
      expect([path, (await home.call('GET', path)).status]).toEqual([path, 200]);
    }
  }
  // The others still run or wait.
  expect(refused).toEqual(Array.from({ length: 90 - WAITING - RUNNING }, () => 429));
});
