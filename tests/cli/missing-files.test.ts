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

/** What a backup with these settings ends with. */
async function refusal(environment: Record<string, string>): Promise<DashkeepError> {
  const error: unknown = await runCli(['backup'], environment).catch((thrown: unknown) => thrown);
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

  it('is looked for again at the next request', async () => {
    const path = `${directory.path}/token`;
    const credentials = tokenCredentials(() => readSettingFile(path, 'GRAFANA_API_TOKEN_FILE'));
    await expect(credentials.authorization()).rejects.toThrow('GRAFANA_API_TOKEN_FILE');
    await writeFile(path, 'glsa_late\n');
    expect(await credentials.authorization()).toBe('Bearer glsa_late');
  });

  it('says so when it names a directory', async () => {
    const { hint, exit } = await refusal({ ...settings(), GRAFANA_API_TOKEN_FILE: directory.path });
    expect(hint).toBe('This is a directory. Name a file in it.');
    expect(exit).toBe(2);
  });
});
