import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Doctor, DoctorCheck } from '../../pkg/contract/api/status.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

describe('the doctor', () => {
  let grafana: Simulator;
  let directory: string;

  beforeEach(async () => {
    grafana = await startGrafana({ profile: '13.2' });
    directory = await mkdtemp(join(tmpdir(), 'dashkeep-doctor-'));
    await mkdir(join(directory, 'admin'));
    await writeFile(join(directory, 'admin', 'admin-user'), 'admin');
    await writeFile(join(directory, 'admin', 'admin-password'), 'admin');
  });
  afterEach(async () => {
    await grafana.close();
    await rm(directory, { recursive: true, force: true });
  });

  /** What the command line prints, as JSON. */
  async function examine(environment: Record<string, string> = {}): Promise<Doctor> {
    const text = await new Promise<string>((resolve) => {
      const env = {
        PATH: process.env['PATH'],
        HOME: directory,
        GRAFANA_URL: grafana.url,
        DASHKEEP_KUBERNETES: 'off',
        DASHKEEP_STATE_DIR: join(directory, 'state'),
        DASHKEEP_TARGET: `file://${join(directory, 'target')}`,
        ...environment,
      };
      const program = ['--import', 'tsx', 'pkg/cli/bin.ts', 'doctor', '--json'];
      execFile(process.execPath, program, { cwd: ROOT, env }, (_error, out) => resolve(out));
    });
    return JSON.parse(text) as Doctor;
  }

  const named = ({ checks }: Doctor, name: string): DoctorCheck | undefined => checks.find((one) => one.name === name);
  const withAdmin = (): Record<string, string> => ({ DASHKEEP_ADMIN_SECRET_DIR: join(directory, 'admin') });
  const tokenFile = (): string => join(directory, 'state', 'grafana-api-token');

  async function store(token: string): Promise<void> {
    await mkdir(join(directory, 'state'), { mode: 0o700 });
    await writeFile(tokenFile(), token, { mode: 0o600 });
  }

  it('warns of tokens of the API that are never replaced', async () => {
    const given = { DASHKEEP_API_TOKEN: 'given-0123456789abcdef', DASHKEEP_API_TOKEN_ORG_2: 'other-0123456789abcdef' };
    const found = await examine({ ...withAdmin(), ...given });
    for (const name of Object.keys(given)) {
      expect(named(found, `API token: ${name}`)).toMatchObject({
        status: 'warning',
        detail: expect.stringContaining('never replaced'),
        hint: expect.stringContaining(`remove ${name}`),
      });
    }
    const { checks } = await examine(withAdmin());
    expect(checks.filter(({ name }) => name.startsWith('API token'))).toEqual([]);
  }, 60_000);

  it('calls it no fault that the service has not made its token yet, and makes none itself', async () => {
    const token = named(await examine(withAdmin()), 'token');
    expect(token).toMatchObject({ status: 'ok', detail: expect.stringMatching(/^none yet: the service makes one/) });
    expect(grafana.state.tokens).toEqual([]);
    expect(grafana.writes()).toEqual([]);
  }, 20_000);

  it('says that Grafana refuses the stored token, and what to do', async () => {
    await store('glsa_forgottenforgottenforgottenforgotten');
    const seen = await examine(withAdmin());
    const token = named(seen, 'token');
    expect(token).toMatchObject({ status: 'failed', detail: 'Grafana refuses the stored token' });
    expect(token?.hint).toContain('dashkeep bootstrap');
    expect(seen.ok).toBe(false);
    expect(grafana.writes()).toEqual([]);
    expect(await readFile(tokenFile(), 'utf8')).toBe('glsa_forgottenforgottenforgottenforgotten');

    const alone = named(await examine(), 'token');
    expect(alone).toMatchObject({ status: 'failed', detail: expect.stringContaining('refuses the stored token') });
    expect(alone?.hint).toContain('DASHKEEP_ADMIN_SECRET_DIR');
  }, 30_000);

  it('tells of a directory only what applies to directories', async () => {
    const { checks } = await examine(withAdmin());
    const target = checks.filter(({ name }) => name.startsWith('target: '));
    expect(target.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'target: resolve ok',
      'target: clock ok',
      'target: write ok',
      'target: read ok',
      'target: list ok',
      'target: delete ok',
      'target: repository ok',
    ]);
    expect(target.map(({ detail }) => detail).join('\n')).not.toContain('does not apply');
  }, 20_000);
});
