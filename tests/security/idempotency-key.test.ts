import { afterAll, beforeAll, expect, it } from 'vitest';
import { twoOrgs, type Side, type TwoOrgs } from './support/two-orgs.ts';

let world: TwoOrgs;
let home: Side;
let other: Side;

beforeAll(async () => {
  world = await twoOrgs();
  ({ home, other } = world);
});
afterAll(() => world?.close());

/** Asks for a run with a key, and gives its id once it has ended. */
async function run(side: Side, key: string, body: object = { kind: 'backup' }): Promise<string> {
  const { status, json } = await side.call('POST', '/runs', body, { 'Idempotency-Key': key });
  expect([key, status]).toEqual([key, 202]);
  await world.ended(side, json.id);
  return String(json.id);
}

it('does not reach the run of another organization, also with a key that names that organization', async () => {
  const theirs = await run(other, 'a click');
  expect(await run(other, 'a click')).toBe(theirs);
  const tried = [
    'a click',
    `org ${other.org}: a click`,
    `${other.org}: a click`,
    `${other.org} a click`,
    JSON.stringify([other.org, 'a click']),
    JSON.stringify([other.org, { kind: 'backup' }, 'a click']),
  ];
  const ids = new Set([theirs]);
  for (const key of tried) {
    ids.add(await run(home, key));
  }
  expect(ids.size).toBe(tried.length + 1);
  expect(await run(other, `org 1: ${tried[0]}`)).not.toBe(theirs);
});

it('does not pass one request off as another', async () => {
  const backup = await run(home, 'another click');
  const full = await run(home, 'another click', { kind: 'backup', full: true });
  const verify = await run(home, 'another click', { kind: 'verify' });
  expect(new Set([backup, full, verify]).size).toBe(3);
  expect((await home.call('GET', `/runs/${verify}`)).json).toMatchObject({ kind: 'verify', status: 'complete' });
  expect(await run(home, 'another click', { kind: 'verify' })).toBe(verify);
  expect(await run(home, 'another click', { kind: 'backup' })).toBe(backup);
});
