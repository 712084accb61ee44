import { generateIdentity, identityToRecipient } from 'age-encryption';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DirectoryState } from '../../pkg/lib/state.ts';
import { openStore } from '../../pkg/storage/open.ts';
import { call } from '../simulator/http.ts';
import { runCli } from '../support/cli.ts';
import { memoryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import { realRandomness, realClock } from '../support/ports.ts';
import { backup, open, SeededRandomness, TestClock } from '../support/repository/repository.ts';
import { publish, type MadeUp } from '../support/repository/version-history.ts';
import { silentLog } from '../../pkg/contract/ports.ts';

let folder: Awaited<ReturnType<typeof memoryDirectory>>;
let environment: Record<string, string>;

beforeEach(async () => {
  folder = await memoryDirectory();
  environment = {
    DASHKEEP_TARGET: `file://${join(folder.path, 'target')}`,
    DASHKEEP_STATE_DIR: join(folder.path, 'state'),
    HOME: folder.path,
  };
});
afterEach(() => folder.remove());

/** Opens the target with the state that the command line uses. */
async function opened(options: Parameters<typeof open>[1] = {}) {
  const clock = new TestClock();
  const randomness = new SeededRandomness();
  const store = await openStore(environment['DASHKEEP_TARGET']!, {
    clock: realClock,
    random: realRandomness,
    log: silentLog,
  });
  const state = new DirectoryState(environment['DASHKEEP_STATE_DIR']!);
  const repository = await open({ store, clock, randomness }, { state, ...options });
  return { repository, world: { clock, randomness } };
}

async function history(...snapshots: MadeUp[]): Promise<void> {
  const { repository, world } = await opened();
  for (const what of snapshots) {
    world.clock.advance(3_600_000);
    await publish(repository, world, what);
  }
  await repository.close();
}

const of = (things: Record<string, number>): MadeUp => ({ orgs: { 1: things } });
const run = (...args: string[]) => runCli(['versions', ...args], environment);

describe('dashkeep versions', () => {
  it('shows each change, newest first', async () => {
    await history(
      of({ 'dashboard/a': 1 }),
      of({ 'dashboard/a': 1 }),
      of({ 'dashboard/a': 2 }),
      of({ 'dashboard/b': 1 }),
    );
    const { out } = await run('dashboard/a', '--no-changes');
    const lines = out.trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    // The snapshots that lack it are none to restore it from.
    expect(lines[1]).toMatch(/^2026-11-24T18:30:00.000Z {2}deleted .* newest snapshot$/);
    expect(lines[2]).toMatch(
      /T17:30:00.000Z {2}changed +user:2 +2 +102 B +2026-11-24T18:30:00.000Z +1 .* was called a 1$/,
    );
    expect(lines[3]).toMatch(/T15:30:00.000Z {2}first-seen +user:1 +1 +101 B +2026-11-24T17:30:00.000Z +2 /);
    const { json } = await run('dashboard/a', '--json', '--limit', '1', '--no-changes');
    expect(json).toMatchObject({
      org: 1,
      kind: 'dashboard',
      uid: 'a',
      total: 3,
      versions: [{ what: 'deleted', title: 'a 2' }],
      indexed: { snapshots: 4, pending: 0, unreadable: 0 },
    });
    expect((await run('dashboard/a', '--limit', '1', '--no-changes')).out).toContain('2 earlier changes not shown');
  });

  it('asks which organization is meant, and finds the only one', async () => {
    await history({ orgs: { 1: { 'dashboard/a': 1 }, 2: { 'dashboard/a': 2, 'dashboard/b': 3 } } });
    await expect(run('dashboard/a')).rejects.toMatchObject({
      code: 'DK_USAGE',
      message: "organizations 1, 2 all have or had dashboard 'a'",
    });
    expect((await run('dashboard/a', '--org', '2', '--json')).json).toMatchObject({ org: 2, total: 1 });
    expect((await run('dashboard/b', '--json')).json).toMatchObject({ org: 2, total: 1 });
  });

  it('is what a command advises where a snapshot lacks a resource', async () => {
    await history(of({ 'contact-point/On call': 1 }), of({ 'dashboard/b': 1 }));
    await expect(runCli(['cat', 'latest', 'contact-point/On call'], environment)).rejects.toMatchObject({
      code: 'DK_NOT_FOUND',
      hint: "This command lists the snapshots that contain it: dashkeep versions 'contact-point/On call'",
    });
  });

  it('says what may have been meant', async () => {
    await history(of({ 'dashboard/checkout': 1 }), of({ 'folder/f': 1 }));
    await expect(run('dashboard/chekout')).rejects.toMatchObject({
      code: 'DK_NOT_FOUND',
      hint: 'Did you mean dashboard/checkout (checkout 1, deleted)?',
    });
    await expect(run('dashbord/checkout')).rejects.toMatchObject({
      code: 'DK_USAGE',
      hint: "There is no kind 'dashbord'. Did you mean dashboard/checkout?",
    });
    await expect(run('dashboard/checkout', '--limit', '0')).rejects.toMatchObject({ code: 'DK_SETTINGS' });
    await expect(run('dashboard/checkout', '--org', 'one')).rejects.toMatchObject({ code: 'DK_SETTINGS' });
  });

  it('says that there is no repository', async () => {
    await expect(run('dashboard/a')).rejects.toMatchObject({ code: 'DK_REPOSITORY_MISSING' });
  });

  it('shows what an encrypted repository lets it know, and what changed to who has an identity', async () => {
    const identity = await generateIdentity();
    const recipient = await identityToRecipient(identity);
    const { repository, world } = await opened({ recipients: [recipient] });
    for (const title of ['Old', 'New']) {
      world.clock.advance(3_600_000);
      await backup(repository, world, { a: { title } });
    }
    await repository.close();
    environment['DASHKEEP_AGE_RECIPIENTS'] = recipient;
    const { out } = await run('dashboard/a');
    expect(out).toContain('changed');
    expect(out).toContain(
      'The changes are encrypted: set DASHKEEP_AGE_IDENTITY_FILE or DASHKEEP_AGE_PASSPHRASE to see them.',
    );
    const file = join(folder.path, 'identity.txt');
    await writeFile(file, identity, { mode: 0o600 });
    const whole = (await run('dashboard/a', '--age-identity-file', file)).out;
    expect(whole).not.toContain('encrypted');
    expect(whole).toContain('New');
  });
});

describe('dashkeep versions --below', () => {
  it('lists what is in a folder with it, and refuses what is none', async () => {
    const inside = (things: Record<string, number>): MadeUp => ({ ...of(things), folderUid: 'top' });
    await history(inside({ 'dashboard/a': 1, 'folder/top': 1 }), inside({ 'dashboard/a': 2, 'folder/top': 1 }));
    const { json } = await run('folder/top', '--below', '--no-changes', '--json');
    expect(json.versions).toMatchObject([
      { what: 'changed', resource: { kind: 'dashboard', uid: 'a' }, title: 'a 2' },
      { what: 'first-seen', resource: { kind: 'dashboard', uid: 'a' } },
      { what: 'first-seen', resource: { kind: 'folder', uid: 'top' } },
    ]);
    expect(json.total).toBe(3);
    expect((await run('folder/top', '--no-changes', '--json')).json.total).toBe(1);
    expect((await run('folder/top', '--below', '--no-changes', '--limit', '1')).out).toMatch(
      /changed +dashboard\/a +a 2/,
    );
    await expect(run('dashboard/a', '--below')).rejects.toMatchObject({ code: 'DK_USAGE' });
  });
});

describe('who saved or deleted a version', () => {
  it('is shown by name if Grafana knows the account ID, and by that ID otherwise', async () => {
    const grafana = await startGrafana({ profile: '12.4' });
    const ADMIN = {
      ...environment,
      GRAFANA_URL: grafana.url,
      GRAFANA_ADMIN_USER: 'admin',
      GRAFANA_ADMIN_PASSWORD: 'admin',
    };
    const dashboard = { uid: 'a', title: 'A', schemaVersion: 39, panels: [] };
    expect((await call(grafana, 'admin:admin', 'POST /api/dashboards/db', { dashboard })).status).toBe(200);
    expect((await runCli(['backup'], ADMIN)).exit).toBe(0);
    const savedBy = async (settings: Record<string, string>): Promise<unknown> => {
      const { json } = await runCli(['versions', 'dashboard/a', '--json'], settings);
      const { by, updatedBy } = json.versions.at(-1);
      return { by, isId: /^user:/.test(updatedBy) };
    };
    expect(await savedBy(ADMIN)).toEqual({ by: 'admin', isId: true });
    expect((await runCli(['versions', 'dashboard/a'], ADMIN)).out).toMatch(/first-seen +admin /);
    // Grafana says when something was deleted in whole seconds, by which it has to be after the snapshot before.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await call(grafana, 'admin:admin', 'DELETE /api/dashboards/uid/a');
    expect((await runCli(['backup'], ADMIN)).exit).toBe(0);
    const shown = (await runCli(['versions', 'dashboard/a'], ADMIN)).out;
    expect(shown).toMatch(/deleted +admin .*\n.*first-seen +admin /);
    await grafana.close();
    expect(await savedBy(ADMIN)).toEqual({ by: undefined, isId: true });
    expect(await savedBy(environment)).toEqual({ by: undefined, isId: true });
  });
});
