import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CliContext } from '../../pkg/cli/context.ts';
import { runCli, type Ended } from '../support/cli.ts';
import { keepDirectory, memoryDirectory, type KeptDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { recordingLog } from '../support/repository/repository.ts';

/** A machine that has not seen this repository before, with somebody at its terminal. */
describe('a restore on first contact', () => {
  let grafana: Simulator;
  let directory: Awaited<ReturnType<typeof memoryDirectory>>;
  let kept: KeptDirectory;
  let restoreGrafana: () => void;
  let signer: string;

  const run = (
    args: string[],
    machine: string,
    ports: Partial<Pick<CliContext, 'stdin' | 'stderr' | 'log'>> = {},
  ): Promise<Ended> => {
    const where = ['--target', `file://${directory.path}/repository`, '--state-dir', `${directory.path}/${machine}`];
    return runCli([...args, ...where], { GRAFANA_URL: grafana.url, GRAFANA_API_TOKEN: grafana.token() }, ports);
  };

  async function dashboards(): Promise<string[]> {
    const answer = await fetch(`${grafana.url}/api/search?type=dash-db`, {
      headers: { authorization: `Bearer ${grafana.token()}` },
    });
    return ((await answer.json()) as { uid: string }[]).map(({ uid }) => uid);
  }

  beforeAll(async () => {
    grafana = await startGrafana({ profile: '13.2' });
    grafana.seedDashboards({ count: 2, folders: 1 });
    directory = await memoryDirectory();
    await run(['backup', '--json', '--kinds', 'folder,dashboard'], 'writer');
    signer = (await run(['snapshots', '--json'], 'writer')).json.snapshots[0].signer;
    const uid = await dashboards().then(([first]) => first);
    const gone = await fetch(`${grafana.url}/api/dashboards/uid/${uid}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${grafana.token()}` },
    });
    expect(gone.status).toBe(200);
    restoreGrafana = grafana.keep();
    kept = await keepDirectory(directory);
  });
  beforeEach(async () => {
    restoreGrafana();
    await kept.restore();
  });
  afterAll(async () => {
    await Promise.all([grafana.close(), directory.remove(), kept.remove()]);
  });

  const RESTORE = ['restore', 'latest', '--kinds', 'folder,dashboard', '--apply'];
  const restoreOf = (snapshot: string): string[] => RESTORE.with(1, snapshot);

  async function typing(
    word: string,
    isTTY = true,
    snapshot = 'latest',
  ): Promise<{ ended: Promise<Ended>; shown: () => string }> {
    const stdin = Object.assign(new PassThrough(), { isTTY });
    const stderr = Object.assign(new PassThrough(), { isTTY });
    let text = '';
    stderr.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.endsWith('from now on: ')) {
        stdin.write(`${word}\n`);
      }
    });
    const ports = { stdin, stderr } as unknown as Pick<CliContext, 'stdin' | 'stderr'>;
    return { ended: run(restoreOf(snapshot), 'laptop', ports), shown: () => text };
  }

  it('shows who signed, and goes on when the word is typed; the machine does not ask again', async () => {
    const { ended, shown } = await typing('trust');
    expect(await ended).toMatchObject({ exit: 0 });
    expect(shown()).toContain(`is signed by ${signer}`);
    expect(await dashboards()).toHaveLength(2);
    expect((await run([...RESTORE, '--json'], 'laptop')).exit).toBe(0);
    const { out } = await run(RESTORE.slice(0, -1), 'laptop');
    expect(out).toMatch(/unchanged: \d+\. This was only the plan: nothing was written\.\n$/);
  });

  it.each(['yes', 'trusted', ''])('writes nothing when %j is typed', async (word) => {
    const { ended } = await typing(word);
    await expect(ended).rejects.toMatchObject({
      code: 'DK_SNAPSHOT_FOREIGN',
      hint: expect.stringContaining(`--trust ${signer}`),
    });
    expect(grafana.writes()).toEqual([]);
    expect((await run(['keys', '--json'], 'laptop')).json.standing).toBe('first-contact');
  });

  it('is announced by the plan, without a confirmation', async () => {
    const log = recordingLog();
    const plan = ['restore', 'latest', '--kinds', 'folder,dashboard', '--json'];
    const { json } = await run(plan, 'laptop', { log });
    expect(json).toMatchObject({ applied: false, warned: [{ code: 'snapshot-untrusted', params: { signer } }] });
    const head = (await run(plan.slice(0, -1), 'laptop')).out.split('\n').slice(0, 2);
    expect(head[1]).toBe(`warning: no trusted key signed this snapshot (signer: ${signer})`);
    expect(log.lines.join('\n')).toContain('no trusted key signed this snapshot, so --apply requires a confirmation');
    const known = recordingLog();
    expect((await run(plan, 'writer', { log: known })).json.warnings).toEqual([]);
    expect(known.lines.join('\n')).not.toContain('no trusted key');
  });

  it.each([
    ['versions', 'dashboard/none'],
    ['search', 'Dashboard'],
  ])('%s says that no trusted key signed anything, instead of finding nothing', async (...args) => {
    await expect(run(args, 'laptop')).rejects.toMatchObject({
      code: 'DK_SNAPSHOT_FOREIGN',
      message: 'no trusted key signed any of the snapshots',
      hint: expect.stringContaining('dashkeep trust'),
    });
  });

  it('trusts a key that --trust names only when it signed the snapshot', async () => {
    const stranger = 'a'.repeat(signer.length);
    await expect(run([...RESTORE, '--json', '--trust', stranger], 'laptop')).rejects.toThrow();
    const { keys, standing } = (await run(['keys', '--json'], 'laptop')).json;
    expect(keys.filter(({ trusted }: { trusted: boolean }) => trusted)).toEqual([]);
    expect(standing).toBe('first-contact');

    expect((await run([...RESTORE, '--json', '--trust', signer], 'laptop')).exit).toBe(0);
    await expect(run([...RESTORE, '--json', '--trust', stranger], 'laptop')).rejects.toMatchObject({
      code: 'DK_USAGE',
      message: expect.stringContaining(stranger),
    });
    const after = (await run(['keys', '--json'], 'laptop')).json.keys;
    expect(after.map(({ fingerprint }: { fingerprint: string }) => fingerprint)).not.toContain(stranger);
  });

  const trusted = async (): Promise<number> => {
    const { keys } = (await run(['keys', '--json'], 'laptop')).json as { keys: { trusted: boolean }[] };
    return keys.filter((key) => key.trusted).length;
  };

  it('keeps no key that --trust names for a restore that is refused', async () => {
    grafana.seedDashboards({ count: 3, folders: 1 });
    const deleting = [...RESTORE, '--overwrite', '--delete-extra', '--json', '--trust', signer];
    await expect(run(deleting, 'laptop')).rejects.toMatchObject({ code: 'DK_CONFIRMATION' });
    await expect(run([...deleting, '--confirm', 'no'], 'laptop')).rejects.toMatchObject({ code: 'DK_CONFIRMATION' });
    expect(await trusted()).toBe(0);
  });

  it('keeps the key that --trust names only when the plan is applied, even a saved one', async () => {
    const saved = ['--save-plan', `${directory.path}/plan.json`];
    const planned = await run([...RESTORE.slice(0, -1), '--json', '--trust', signer, ...saved], 'laptop');
    expect(planned.json).toMatchObject({ applied: false, warned: [] });
    expect(await trusted()).toBe(0);
    const apply = ['restore', '--plan', `${directory.path}/plan.json`, '--apply', '--json'];
    await expect(run(apply, 'laptop')).rejects.toMatchObject({ code: 'DK_SNAPSHOT_FOREIGN' });
    expect((await run([...apply, '--trust', signer], 'laptop')).exit).toBe(0);
    expect(await dashboards()).toHaveLength(2);
    expect(await trusted()).toBe(2);
  });

  it('prints the whole command that finishes a restore, with the trusted key', async () => {
    grafana.setFaults({ match: /^POST .*dashboards/, action: { kind: 'status', status: 401 } });
    const text: string[] = [];
    const stderr = { write: (part: string) => text.push(part) } as unknown as NodeJS.WriteStream;
    await expect(run([...RESTORE, '--trust', signer], 'laptop', { stderr })).rejects.toThrow();
    grafana.setFaults();
    const [, finish = ''] = /To finish it: dashkeep (.+)/.exec(text.join('')) ?? [];
    expect(finish).toContain(`--trust ${signer}`);
    // Without it, the same restore is finished as well.
    expect((await run(finish.replace(` --trust ${signer}`, '').split(' '), 'laptop')).exit).toBe(0);
    text.length = 0;
    await run(['runs'], 'laptop', { stderr });
    expect(text.join('')).not.toContain('did not finish');
  });

  it('warns that a key that someone trusts has signed nothing here, and names the ones that have', async () => {
    const said = async (...args: string[]): Promise<string> => {
      const log = recordingLog();
      expect((await run(['trust', ...args], 'laptop', { log })).exit).toBe(0);
      return log.lines.join('\n');
    };
    const mistyped = `${signer.slice(0, -1)}${signer.endsWith('0') ? '1' : '0'}`;
    expect(await said(mistyped)).toContain(`${mistyped} has signed nothing in this repository`);
    expect(await said(mistyped)).toContain(signer);
    expect(await said(mistyped, '--remove')).not.toContain('signed nothing');
    expect(await said(signer)).not.toContain('signed nothing');
  });

  it('does not ask for a key that was removed from here: only its fingerprint brings it back', async () => {
    await run(['trust', signer, '--remove'], 'laptop');
    const id = (await run(['snapshots', '--json'], 'laptop')).json.snapshots[0].id;
    const { ended, shown } = await typing('trust', true, id);
    await expect(ended).rejects.toMatchObject({ code: 'DK_SNAPSHOT_FOREIGN' });
    expect(shown()).not.toContain('from now on');
    expect(grafana.writes()).toEqual([]);
    expect((await run([...restoreOf(id), '--json', '--trust', signer], 'laptop')).exit).toBe(0);
  });

  it('asks nobody where nobody sits at a terminal', async () => {
    const { ended, shown } = await typing('trust', false);
    await expect(ended).rejects.toMatchObject({ code: 'DK_SNAPSHOT_FOREIGN' });
    expect(shown()).not.toContain('from now on');
    await expect(run([...RESTORE, '--json'], 'laptop')).rejects.toMatchObject({ code: 'DK_SNAPSHOT_FOREIGN' });
    expect(grafana.writes()).toEqual([]);
  });
});
