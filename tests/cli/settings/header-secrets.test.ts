import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Configuration } from '../../../pkg/cli/config/configuration.ts';
import { runMain } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';

describe('a secret with a character that no HTTP header can have', () => {
  let grafana: Simulator;
  let service: TestService | undefined;
  let directory: Awaited<ReturnType<typeof memoryDirectory>>;

  beforeEach(async () => {
    service = undefined;
    directory = await memoryDirectory();
    grafana = await startGrafana({ profile: '12.4' });
  });
  afterEach(async () => {
    await service?.stop();
    await removeDirectory(service?.directory ?? directory.path);
    await directory.remove();
    await grafana.close();
  });

  it.each(['doctor', 'backup'])('is named by dashkeep %s, with its setting', async (command) => {
    const environment = { GRAFANA_URL: grafana.url, GRAFANA_API_TOKEN: 'glsa_…', DASHKEEP_KUBERNETES: 'off' };
    const where = ['--target', `file://${directory.path}/target`, '--state-dir', `${directory.path}/state`];
    const { exit, out, error } = await runMain([command, ...where], environment);
    const text = out + error;
    expect(exit).not.toBe(0);
    expect(text).toContain("GRAFANA_API_TOKEN contains the character '…' (U+2026), which cannot be sent");
    expect(text).toContain('Set GRAFANA_API_TOKEN to the whole secret');
    expect(text).not.toMatch(/no response|UND_ERR/);
  });

  it('is the problem of the token of a service', async () => {
    const environment = {
      GRAFANA_API_TOKEN: 'glsa_…',
      GRAFANA_ADMIN_USER: undefined,
      GRAFANA_ADMIN_PASSWORD: undefined,
    };
    service = await startService({ grafanaUrl: grafana.url, environment });
    const token = async () => (await service?.call('GET', '/status'))?.json.token;
    await expect.poll(token, { timeout: 20_000 }).toMatchObject({
      state: 'invalid',
      problem: { code: 'DK_SETTINGS', message: expect.stringContaining('GRAFANA_API_TOKEN contains') },
    });
  });

  it.each([
    ['GRAFANA_API_TOKEN_ORG_2', (one: Configuration) => one.secretsByOrg('GRAFANA_API_TOKEN_ORG_<n>').get(2)],
    ['DASHKEEP_API_TOKEN', (one: Configuration) => one.secret('DASHKEEP_API_TOKEN')?.value],
    ['AWS_SESSION_TOKEN', (one: Configuration) => one.secret('AWS_SESSION_TOKEN')?.value],
    [
      'DASHKEEP_CONNECTION_STAGE_TOKEN',
      (one: Configuration) => one.secretOfConnection('DASHKEEP_CONNECTION_<NAME>_TOKEN', 'stage')?.value,
    ],
  ])('is refused as %s', async (name, secret) => {
    await expect(secret(new Configuration({ [name]: 'a\nb' }))?.()).rejects.toMatchObject({
      code: 'DK_SETTINGS',
      message: `${name} contains the character U+000A, which cannot be sent`,
    });
    expect(await secret(new Configuration({ [name]: ' a+b/c= \n' }))?.()).toBe('a+b/c=');
  });
});
