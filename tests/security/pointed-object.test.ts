import { join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { Forger, idIn, madeUp } from '../support/repository/forger.ts';
import { removeDirectory, startService, type TestService } from '../support/service.ts';
import { call } from '../simulator/http.ts';

/**
 * An Admin of an organization who can also write to the bucket of an encrypted repository, where that reads nothing,
 * puts a snapshot there that says of objects of other organizations that they are of this one, or names those of
 * other organizations without covering these. The service decrypts what it is asked for.
 */
const TOKEN = 'api-token-of-the-other-0123456789';
const SECRET = 'salaries of the board';
let grafana: Simulator;
let service: TestService;
let other: number;
let environment: Record<string, string>;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  other = Number((await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Other' })).body.orgId);
  const dashboard = { uid: 'board', title: SECRET, schemaVersion: 39, panels: [] };
  await call(grafana, 'admin:admin', 'POST /api/dashboards/db', { dashboard });
  const identity = await generateX25519Identity();
  environment = {
    DASHKEEP_ORGS: 'all',
    [`DASHKEEP_API_TOKEN_ORG_${other}`]: TOKEN,
    DASHKEEP_AGE_RECIPIENTS: await identityToRecipient(identity),
    DASHKEEP_AGE_IDENTITY: identity,
  };
  service = await startService({ grafanaUrl: grafana.url, environment });
});
afterEach(async () => {
  await service.stop();
  await grafana.close();
  await removeDirectory(service.directory);
});

const inOther = (path: string) => service.call('GET', path, undefined, { authorization: `Bearer ${TOKEN}` });

/** Backs up; names of all objects in the bucket. */
async function objectsOf(forger: Forger): Promise<string[]> {
  const { json: run } = await service.call('POST', '/runs', { kind: 'backup' });
  expect(await service.ended(run.id)).toMatchObject({ status: 'complete' });
  const objects: string[] = [];
  for (const folder of await forger.names('objects')) {
    objects.push(...(await forger.names(`objects/${folder}`)).map((name) => name.split('.')[0] ?? ''));
  }
  return objects;
}

async function restart(): Promise<void> {
  await service.stop();
  service = await startService({ grafanaUrl: grafana.url, environment, directory: service.directory });
}

it('a snapshot that no trusted key signed has no object of another organization decrypted', async () => {
  const forger = new Forger(join(service.directory, 'target'));
  const objects = await objectsOf(forger);
  const entries = objects.map((object, index) => ({
    ...{ org: other, kind: 'dashboard' as const, uid: `d${index}`, title: `d${index}`, folder: '', object, bytes: 1 },
  }));
  const forged = idIn(3_600_000);
  await forger.putManifest({ ...madeUp(forged, entries), orgs: [{ id: other, name: 'Other' }] });
  await restart();
  const seen: string[] = [];
  for (const { uid } of entries) {
    const query = `org=${other}&kind=dashboard&uid=${uid}`;
    seen.push((await inOther(`/snapshots/${forged}/resource?${query}`)).text);
    seen.push((await inOther(`/snapshots/${forged}/download?${query}`)).text);
    seen.push((await inOther(`/diff/resource?${query}&from=${forged}&to=live`)).text);
    seen.push((await inOther(`/diff/resource?${query}&from=${forged}&to=${forged}`)).text);
  }
  const request = { snapshot: forged, selection: { type: 'everything' } };
  const authorization = `Bearer ${TOKEN}`;
  const { json: plan, text } = await service.call('POST', '/restores', request, { authorization });
  expect(plan).toMatchObject({ error: { code: 'DK_SNAPSHOT_FOREIGN' } });
  seen.push(text);
  expect(seen.filter((text) => text.includes(SECRET))).toEqual([]);
});

it('one that says that it covers the home organization alone shows that one nothing of another', async () => {
  const dashboard = { uid: 'theirs', title: SECRET, schemaVersion: 39, panels: [] };
  await call(grafana, 'admin:admin', 'POST /api/dashboards/db', { dashboard }, { 'x-grafana-org-id': String(other) });
  const forger = new Forger(join(service.directory, 'target'));
  const forged: string[] = [];
  for (const object of await objectsOf(forger)) {
    const id = idIn(3_600_000 + forged.length * 1000);
    const as = { org: other, kind: 'dashboard' as const, uid: 'theirs', title: 'x', folder: '' };
    await forger.putManifest(madeUp(id, [{ ...as, object, bytes: 1 }]));
    forged.push(id);
  }
  await restart();
  const seen: string[] = [];
  for (const id of forged) {
    const query = `org=${other}&kind=dashboard&uid=theirs`;
    seen.push((await service.call('GET', `/snapshots/${id}/resource?${query}`)).text);
    seen.push((await service.call('GET', `/snapshots/${id}/download?${query}`)).text);
  }
  expect(seen.filter((text) => text.includes(SECRET))).toEqual([]);
});
