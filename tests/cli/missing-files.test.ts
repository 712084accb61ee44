import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSettingFile } from '../../pkg/cli/config/environment.ts';
import { DashkeepError } from '../../pkg/contract/errors.ts';
import { tokenCredentials } from '../../pkg/grafana/http/credentials.ts';
import { runCli } from '../support/cli.ts';
import { memoryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';

let grafana: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  directory = await memoryDirectory();
});

afterEach(async () => {
  await grafana.close();
  await directory.remove();
});

/** What a command with these settings ends with. */
async function refusal(environment: Record<string, string>, command = 'backup'): Promise<DashkeepError> {
  const error: unknown = await runCli([command], environment).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(DashkeepError);
  return error as DashkeepError;
}

/**
 * What a pod sees whose optional Secret is missing, or lacks a key: a setting names a file, and the file isn't there.
 */
describe('a setting that names a file that is not there', () => {
  const settings = (target = 'file'): Record<string, string> => ({
    GRAFANA_URL: grafana.url,
    DASHKEEP_TARGET: target === 'file' ? `file://${directory.path}/repository` : target,
    DASHKEEP_STATE_DIR: `${directory.path}/state`,
  });
  const token = { GRAFANA_API_TOKEN: 'any' };
  const s3 = 's3://bucket/prefix';
  const keys = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any' };

  it.each([
    ['GRAFANA_API_TOKEN_FILE', 'file', {}],
    ['DASHKEEP_AGE_IDENTITY_FILE', 'file', token],
    ['AWS_SHARED_CREDENTIALS_FILE', s3, token],
    ['AWS_CONFIG_FILE', s3, token],
    ['DASHKEEP_S3_CA_FILE', s3, { ...token, ...keys }],
    ['DASHKEEP_GRAFANA_CA_FILE', 'file', token],
  ])('%s: says which, and what to look at in Kubernetes', async (name, target, given) => {
    const path = `${directory.path}/secrets/key`;
    const { message, hint, exit } = await refusal({ ...settings(target), ...given, [name]: path });
    expect(message).toContain(name);
    expect(message).toContain(path);
    expect(hint).toBe(
      'No such file. Check the path. In Kubernetes, check that the Secret exists, has this key and is mounted.',
    );
    expect(exit).toBe(2);
  });

  it.each(['backup', 'doctor', 'serve'])('%s: refuses a file of authorities without a certificate', async (command) => {
    const path = `${directory.path}/ca.key`;
    const content = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    await writeFile(path, content);
    const given = { ...settings(), ...token, DASHKEEP_GRAFANA_CA_FILE: path };
    const { code, message, hint } = await refusal(given, command);
    expect([code, message]).toEqual([
      'DK_SETTINGS',
      `DASHKEEP_GRAFANA_CA_FILE points to ${path}, which contains no certificate in PEM form`,
    ]);
    expect(hint).not.toContain(content.split('\n')[1]);
  });

  it('of a connection, is not a bug either', async () => {
    const connection = { DASHKEEP_CONNECTION_STAGE_URL: grafana.url, DASHKEEP_CONNECTION_STAGE_TOKEN: 'any' };
    const given = { ...settings(), ...token, ...connection, DASHKEEP_CONNECTION_STAGE_CA_FILE: '/nope' };
    const { out } = await runCli(['doctor'], { ...given, DASHKEEP_KUBERNETES: 'off' });
    expect(out).toMatch(
      /FAILED +connection stage: .*points to \/nope, which cannot be read \(ENOENT\)\n +No such file/i,
    );
  });

  it('is looked for again at the next request', async () => {
    const path = `${directory.path}/token`;
    const credentials = tokenCredentials(() => readSettingFile(path, 'GRAFANA_API_TOKEN_FILE'));
    await expect(credentials.authorization()).rejects.toThrow('GRAFANA_API_TOKEN_FILE');
    await writeFile(path, 'glsa_late\n');
    expect(await credentials.authorization()).toBe('Bearer glsa_late');
  });

  it('says so when it names a directory', async () => {
    const { hint, exit } = await refusal({ ...settings(), GRAFANA_API_TOKEN_FILE: directory.path });
    expect(hint).toBe('This is a directory. Specify a file in it.');
    expect(exit).toBe(2);
  });
});
