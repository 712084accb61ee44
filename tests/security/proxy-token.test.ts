import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Clock } from '../../pkg/contract/ports.ts';
import { listening, type Listening } from '../support/servers/listening.ts';
import { eventually, realClock } from '../support/ports.ts';
import { removeDirectory, startService } from '../support/service.ts';
import { APP } from './support/grafana.ts';
import { twoOrgs, type Side, type TwoOrgs } from './support/two-orgs.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const SETTINGS = `/api/plugins/${APP}/settings`;

let world: TwoOrgs;
let home: Side;
let other: Side;
let offset = 0;
const clock: Clock = { ...realClock, now: () => new Date(Date.now() + offset) };

/** Somebody's own server, which keeps every token that is sent to it. */
const stolen: string[] = [];
let thief: Listening;

beforeAll(async () => {
  thief = await listening((request, response) => {
    stolen.push((request.headers.authorization ?? '').replace('Bearer ', ''));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  world = await twoOrgs({ clock });
  ({ home, other } = world);
});
afterAll(async () => {
  await world?.close();
  await thief.close();
});

/** The status of a call with a token, straight to the service. */
async function statusWith(token: string, url = world.service.url): Promise<number> {
  return (await fetch(`${url}/api/v1/status`, { headers: { authorization: `Bearer ${token}` } })).status;
}

/** The token of an organization, as the state of the service keeps it for the app. */
async function tokenOf({ org }: Side): Promise<string> {
  const name = org === 1 ? 'dashkeep-api-token' : `dashkeep-api-token-org-${org}`;
  return readFile(join(world.service.directory, 'state', name), 'utf8');
}

/** Changes the app's settings, as an admin of the organization does in Grafana. */
async function changeApp(side: Side, change: { enabled: boolean; sidecarUrl?: unknown }): Promise<void> {
  const { jsonData } = await side.grafana.get<{ jsonData: object }>(SETTINGS);
  const { enabled, sidecarUrl } = change;
  const changed = { ...jsonData, ...(sidecarUrl === undefined ? {} : { sidecarUrl }) };
  await side.grafana.post(SETTINGS, { enabled, pinned: enabled, jsonData: changed });
}

/** The look that the service takes on its own every half minute. */
const look = () => world.service.service.keeper?.check();

const works = (side: Side) =>
  eventually(`the app of org ${side.org}`, async () => (await side.call('GET', '/status')).status === 200);

it('is another one in each organization, and says which one asks', async () => {
  const [first, second] = [await tokenOf(home), await tokenOf(other)];
  expect(first).not.toBe(second);
  for (const [token, org, isHome] of [
    [first, 1, true],
    [second, other.org, false],
  ] as const) {
    const answer = await fetch(`${world.service.url}/api/v1/status`, {
      headers: { authorization: `Bearer ${token}`, 'x-grafana-org-id': '1', 'x-grafana-context': '{"OrgID":1}' },
    });
    expect(await answer.json()).toMatchObject({ caller: { org, home: isHome } });
  }
});

it('is not sent to another address, also when the app is led back before anyone looks', async () => {
  const before = stolen.length;
  // What would send it if addresses were compared by their beginnings, or as anything but texts.
  for (const sidecarUrl of [thief.url, `${thief.url}/`, `${thief.url}?${world.service.url}`, [thief.url]]) {
    await changeApp(other, { enabled: true, sidecarUrl });
    await other.call('GET', '/status');
  }
  expect(stolen.length).toBeGreaterThan(before);
  expect(stolen.slice(before).filter(Boolean)).toEqual([]);
  await changeApp(other, { enabled: true, sidecarUrl: world.service.url });
  await works(other);
});

it('is replaced when the app was led elsewhere, and the log says it', async () => {
  const token = await tokenOf(other);
  await changeApp(other, { enabled: true, sidecarUrl: thief.url });
  await eventually('the end of the token', async () => {
    // A look that was under way already does not know yet.
    await look();
    return (await statusWith(token)) === 401;
  });
  const before = stolen.length;
  await works(other);
  expect(stolen).toHaveLength(before);
  expect(await tokenOf(other)).not.toBe(token);
  const lines = world.service.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines).toContainEqual(expect.objectContaining({ level: 'warn', org: other.org, change: 'repointed' }));
  expect(world.service.lines.join('\n')).not.toContain(token);
});

it('goes wherever the app is led only where it was stored without its address, until that is noticed', async () => {
  const token = await tokenOf(other);
  const { jsonData } = await other.grafana.get<{ jsonData: object }>(SETTINGS);
  const secureJsonData = { sidecarToken: token };
  await other.grafana.post(SETTINGS, { enabled: true, pinned: true, jsonData, secureJsonData });
  await works(other);
  await changeApp(other, { enabled: true, sidecarUrl: thief.url });
  await other.call('GET', '/status');
  expect(stolen.at(-1)).toBe(token);
  expect(await statusWith(token)).toBe(200);
  await eventually('the end of the token', async () => {
    await look();
    return (await statusWith(token)) === 401;
  });
  await works(other);
});

it('is taken from an app of an earlier release, which sends its address, too', async () => {
  const token = await tokenOf(other);
  expect(await statusWith(`${world.service.url} ${token}`)).toBe(200);
  expect(await statusWith(`${token} ${world.service.url}`)).toBe(401);
});

it('ends when the app is switched off, and the app stays off', async () => {
  const token = await tokenOf(other);
  await changeApp(other, { enabled: false });
  await look();
  expect(await statusWith(token)).toBe(401);
  await look();
  expect(await other.grafana.get(SETTINGS)).toMatchObject({ enabled: false });
  await changeApp(other, { enabled: true });
  await look();
  await works(other);
  expect(await statusWith(token)).toBe(401);
});

it('is replaced every day; the one before ends some minutes after the app has the new one', async () => {
  const before = [await tokenOf(home), await tokenOf(other)];
  offset += 23 * HOUR;
  await look();
  expect([await tokenOf(home), await tokenOf(other)]).toEqual(before);
  offset += 2 * HOUR;
  await look();
  const after = [await tokenOf(home), await tokenOf(other)];
  for (const [at, token] of before.entries()) {
    expect(after[at]).not.toBe(token);
    // Requests that are on their way still hold it.
    expect(await statusWith(token)).toBe(200);
  }
  await works(home);
  await works(other);
  offset += 6 * MINUTE;
  for (const token of before) {
    expect(await statusWith(token)).toBe(401);
  }
  for (const token of after) {
    expect(await statusWith(token)).toBe(200);
  }
});

it('is known to every replica immediately, and to the next process', async () => {
  const { directory, service } = world.service;
  // In Kubernetes, replicas share a Secret. Here they share a directory, which a lock gives to only one service.
  await rm(join(directory, 'state', 'service.sock'));
  const replica = await startService({
    grafanaUrl: world.grafana.url,
    directory,
    clock,
    environment: {
      DASHKEEP_ORGS: 'all',
      DASHKEEP_API_TOKEN: undefined,
      GRAFANA_ADMIN_USER: world.grafana.user,
      GRAFANA_ADMIN_PASSWORD: world.grafana.password,
      DASHKEEP_URL: world.service.url,
    },
  });
  try {
    const old = await tokenOf(other);
    expect(await statusWith(old, replica.url)).toBe(200);
    // Both lead here: its first look would replace a token that is only half stored.
    await replica.service.keeper?.check();
    const home1 = service.home.known ?? 0;
    const fresh = await service.apiTokens.revoke(other.org, home1);
    await eventually('the new token', async () => (await statusWith(fresh, replica.url)) === 200);
    expect(await statusWith(old, replica.url)).toBe(401);
  } finally {
    await replica.stop();
  }
});

it('admits no one if the deployment gives two organizations the same token', async () => {
  const [shared, own] = ['the-same-token-twice-0123456789', 'the-token-of-one-alone-0123456789'];
  const service = await startService({
    grafanaUrl: world.grafana.url,
    environment: {
      DASHKEEP_API_TOKEN: own,
      DASHKEEP_API_TOKEN_ORG_2: shared,
      DASHKEEP_API_TOKEN_ORG_3: shared,
    },
  });
  expect(await statusWith(shared, service.url)).toBe(401);
  expect(await statusWith(own, service.url)).toBe(200);
  expect(service.lines.join('\n')).toContain('two organizations have the same API token');
  expect(service.lines.join('\n')).not.toContain(shared);
  await service.stop();
  await removeDirectory(service.directory);
});
