import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DashkeepError } from '../../../pkg/contract/errors.ts';
import { runCli } from '../../support/cli.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { ADMIN, installation } from '../restore/harness.ts';

const { grafana, repository, dashkeep, api } = installation();

/** What `dashkeep runs` prints besides the list. */
async function saidOfRuns(connection?: string): Promise<string> {
  let text = '';
  const stderr = { write: (part: string) => (text += part) } as unknown as NodeJS.WriteStream;
  const below = connection === undefined ? '' : `/connections/${connection}`;
  const where = ['--target', `file://${repository()}${below}`, '--state-dir', join(repository(), '../state')];
  await runCli(['runs', ...where], {}, { stderr });
  return text;
}

const runIn = (said: string): string => /^Restore (\S+) /m.exec(said)?.[1] ?? '';

it('says who may still be an Admin of organizations because a restore did not finish', async () => {
  const { orgId } = await api('POST /api/orgs', { name: 'Second' });
  await api('POST /api/folders', { uid: 'lost', title: 'Lost' }, Number(orgId));
  await dashkeep(['backup', '--orgs', 'all']);
  await api('DELETE /api/folders/lost', undefined, Number(orgId));
  // After the restore, Grafana lets no one change the role of the only admin.
  grafana().state.org(Number(orgId)).members.set(1, 'Viewer');
  const stop = new AbortController();
  const run = (): void => stop.abort(new DashkeepError('DK_INTERRUPTED', 'interrupted by SIGINT'));
  grafana().setFaults({ match: /^POST .*folders(\?|$)/, action: { kind: 'after', run }, times: 1 });
  const { signal } = stop;
  await dashkeep(['restore', 'latest', '--everything', '--apply'], undefined, { signal }).catch(() => undefined);
  grafana().setFaults();
  expect(await saidOfRuns()).toContain(
    'Because of this restore, account admin may still be an Admin of 1 organization. Finishing or undoing it revokes this access. However, finishing keeps any role that the snapshot assigns to the account, and an organization always keeps its last Admin.',
  );
});

describe.each([
  ['while', /^POST \/api\/orgs$/],
  ['after', /^POST \/api\/admin\/users$/],
])('a restore that was stopped %s it created an organization', (_, match) => {
  /** Stops the restore of a deleted organization, or its migration to another Grafana. @returns what it printed */
  async function stopped(restore: readonly string[], target: () => Simulator): Promise<string> {
    const { orgId } = await api('POST /api/orgs', { name: 'Second' });
    const { id } = await api('POST /api/admin/users', { login: 'eva', email: 'eva@example.org', password: 'secret' });
    await api(`POST /api/orgs/${Number(orgId)}/users`, { loginOrEmail: 'eva', role: 'Admin' });
    await api(`PATCH /api/orgs/${Number(orgId)}/users/1`, { role: 'Viewer' });
    // It is partial: a Viewer does not see everything.
    const snapshot = /\d{8}T\d{6}Z-[0-9a-f]{8}/.exec((await dashkeep(['backup', '--orgs', 'all'])).out)?.[0] ?? '';
    await api(`DELETE /api/orgs/${Number(orgId)}`);
    await api(`DELETE /api/admin/users/${Number(id)}`);
    const { confirm } = (await dashkeep([...restore, snapshot, '--everything', '--json'], credentials())).json;
    const stop = new AbortController();
    const run = (): void => stop.abort(new DashkeepError('DK_INTERRUPTED', 'interrupted by SIGINT'));
    target().setFaults({ match, action: { kind: 'after', run }, times: 1 });
    let text = '';
    const stderr = { write: (part: string) => (text += part) } as unknown as NodeJS.WriteStream;
    const { signal } = stop;
    const args = [
      ...restore,
      snapshot,
      '--everything',
      '--apply',
      ...(confirm === undefined ? [] : ['--confirm', String(confirm)]),
    ];
    await dashkeep(args, credentials(), { signal, stderr }).catch(() => undefined);
    target().setFaults();
    return text;
  }

  const ROLE = 'account admin may still be an Admin of 1 organization.';
  const KEPT =
    /^skip +user +admin +admin +remains an Admin of Second; a server admin can remove it under Administration > Organizations once another account is an Admin there$/m;
  let other: Simulator;
  beforeEach(async () => {
    other = await startGrafana({ profile: '12.4', searchDelayMs: 0, alertingWarmUpMs: 0, alertingWriteMs: 0 });
  });
  afterEach(() => other.close());
  const credentials = (): Record<string, string> => ({
    ...ADMIN,
    DASHKEEP_CONNECTION_OTHER_URL: other.url,
    DASHKEEP_CONNECTION_OTHER_ADMIN_USER: 'admin',
    DASHKEEP_CONNECTION_OTHER_ADMIN_PASSWORD: 'admin',
  });

  it('says who may still be an Admin of it, and its undo says who remains one', async () => {
    const said = await stopped(['restore'], grafana);
    expect([said, await saidOfRuns()]).toEqual([expect.stringContaining(ROLE), expect.stringContaining(ROLE)]);
    const undo = ['restore', '--undo', runIn(said)];
    expect((await dashkeep(undo)).out).toMatch(KEPT);
    expect((await dashkeep([...undo, '--apply'])).out).toMatch(KEPT);
  });

  it('says the same of a migration', async () => {
    const said = await stopped(['migrate', '--to', 'other', '--from'], () => other);
    expect([said, await saidOfRuns('other')]).toEqual([expect.stringContaining(ROLE), expect.stringContaining(ROLE)]);
    const undo = ['migrate', '--to', 'other', '--undo', runIn(said)];
    expect((await dashkeep(undo, credentials())).out).toMatch(KEPT);
    expect((await dashkeep([...undo, '--apply'], credentials())).out).toMatch(KEPT);
  });
});
