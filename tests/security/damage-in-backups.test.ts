import { generateIdentity, identityToRecipient } from 'age-encryption';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { newTimedId } from '../../pkg/repository/layout.ts';
import { runCli, type Ended } from '../support/cli.ts';
import { realRandomness } from '../support/ports.ts';
import { currentLab, labHooks } from './support/plan-attack.ts';

/*
 * A backup must not build on an object that a verification found damaged. Someone who can write to the bucket, but has
 * no key, must not be able to make backups read everything again by calling sound objects damaged.
 */

labHooks();

const root = (): string => currentLab().target.slice('file://'.length);

/** A command that needs no Grafana. */
function offline(args: string[], environment: Record<string, string> = {}): Promise<Ended> {
  const where = ['--target', currentLab().target, '--state-dir', join(root(), '..', 'state')];
  return runCli([...args, ...where, '--json'], environment);
}

/** Flips a bit of the stored body of the first dashboard. @returns the dashboard and its object */
async function damage(environment: Record<string, string> = {}): Promise<{ uid: string; object: string }> {
  const { json } = await offline(['show', 'latest'], environment);
  const { uid, object } = json.resources.find(({ kind }: { kind: string }) => kind === 'dashboard');
  const names = await readdir(join(root(), 'objects'), { recursive: true });
  const path = join(root(), 'objects', names.find((name) => name.includes(object)) ?? '');
  const bytes = await readFile(path);
  bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40);
  await writeFile(path, bytes);
  return { uid, object };
}

/** UIDs of dashboards whose bodies a command reads from Grafana. */
async function readBy(command: () => Promise<Ended>): Promise<{ exit: unknown; json: Ended['json']; read: string[] }> {
  const { grafana } = currentLab();
  grafana.clearRequests();
  const { exit, json } = await command();
  const read = grafana.requests.flatMap(({ path }) => /\/dashboards\/(?:uid\/)?([^/]+)$/.exec(path)?.[1] ?? []);
  return { exit, json, read: [...new Set(read)].sort() };
}

it('a backup stores again what a verification found damaged', async () => {
  const { dashkeep, grafana } = currentLab();
  grafana.seedDashboards({ count: 6, folders: 1, bytes: 900 });
  await dashkeep(['backup']);
  const sound = await readBy(() => dashkeep(['backup']));
  const { uid } = await damage();
  expect((await offline(['verify', '--read-data'])).exit).toBe(4);

  const { exit, json, read } = await readBy(() => dashkeep(['backup']));
  expect({ exit, status: json.status, read }).toEqual({
    exit: 0,
    status: 'complete',
    read: [...sound.read, uid].sort(),
  });
  expect((await offline(['verify', '--read-data'])).json.problems).toEqual([]);
  // The next one learns its revision.
  await dashkeep(['backup']);
  expect(await readBy(() => dashkeep(['backup']))).toMatchObject({ exit: 0, read: sound.read });
});

it('a backup is partial where Grafana does not give the content of a damaged object', async () => {
  const { dashkeep, grafana } = currentLab();
  grafana.seedDashboards({ count: 6, folders: 1, bytes: 900 });
  await dashkeep(['backup']);
  const { uid } = await damage();
  expect((await offline(['verify', '--read-data'])).exit).toBe(4);
  grafana.setFaults({ match: new RegExp(`/dashboards/(uid/)?${uid}$`), action: { kind: 'status', status: 403 } });

  const { exit, json } = await dashkeep(['backup']);
  expect({ exit, status: json.status }).toEqual({ exit: 3, status: 'partial' });
  expect(json.errors).toMatchObject([{ kind: 'dashboard', uid }]);
});

it('the service stores again what a verification of a trusted machine found damaged', async () => {
  const { dashkeep, grafana, service } = currentLab();
  grafana.seedDashboards({ count: 6, folders: 1, bytes: 900 });
  await dashkeep(['backup'], { GRAFANA_API_TOKEN: grafana.token() });
  await damage();
  expect((await offline(['verify', '--read-data'])).exit).toBe(4);

  const running = await service();
  const { json } = await running.call('POST', '/runs', { kind: 'backup' });
  expect(await running.ended(json.id)).toMatchObject({ status: 'complete' });
  const { problems } = (await offline(['verify', '--read-data'])).json;
  expect(problems.filter(({ object }: { object: string }) => object !== '')).toEqual([]);
});

it('a backup that cannot decrypt stores a damaged object again, once', async () => {
  const { dashkeep, grafana } = currentLab();
  grafana.seedDashboards({ count: 6, folders: 1, bytes: 900 });
  const identity = await generateIdentity();
  const file = join(root(), '..', 'identity.txt');
  await writeFile(file, identity, { mode: 0o600 });
  const writes = { DASHKEEP_AGE_RECIPIENTS: await identityToRecipient(identity) };
  const reads = { ...writes, DASHKEEP_AGE_IDENTITY_FILE: file };
  await dashkeep(['backup'], writes);
  const sound = await readBy(() => dashkeep(['backup'], writes));
  const { uid } = await damage(reads);
  expect((await offline(['verify', '--read-data'], reads)).exit).toBe(4);

  expect(await readBy(() => dashkeep(['backup'], writes))).toMatchObject({
    exit: 0,
    read: [...sound.read, uid].sort(),
  });
  await dashkeep(['backup'], writes);
  expect(await readBy(() => dashkeep(['backup'], writes))).toMatchObject({ exit: 0, read: sound.read });
  expect((await offline(['verify', '--read-data'], reads)).json.problems).toEqual([]);
});

it('no record without a trusted signature makes a backup read resources again', async () => {
  const { dashkeep, grafana } = currentLab();
  grafana.seedDashboards({ count: 6, folders: 1, bytes: 900 });
  const writes = { DASHKEEP_AGE_RECIPIENTS: await identityToRecipient(await generateIdentity()) };
  await dashkeep(['backup'], writes);
  const sound = await readBy(() => dashkeep(['backup'], writes));
  const names = await readdir(join(root(), 'objects'), { recursive: true });
  const objects = names.filter((name) => name.endsWith('.age')).map((name) => name.slice(3).split('.')[0]);
  const id = newTimedId(new Date(), realRandomness);
  const facts = { kind: 'verify', status: 'failed', trigger: 'manual', started: new Date().toISOString(), counts: {} };
  const errors = objects.map((object) => {
    const params = { message: '', object };
    return { org: 1, kind: 'dashboard', uid: 'a', reason: '', code: 'DK_OBJECT_DAMAGED', params };
  });
  const record = join(root(), 'runs', `${id}.json`);
  await writeFile(record, JSON.stringify({ id, ...facts, errors }));

  expect(await readBy(() => dashkeep(['backup'], writes))).toMatchObject({ exit: 0, read: sound.read });
  await rm(record);
});
