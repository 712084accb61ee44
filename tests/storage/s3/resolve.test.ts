import { writeFile } from 'node:fs/promises';
import { reasonSentence } from '../../../pkg/contract/reasons/reason.ts';
import { join } from 'node:path';
import { FROM_SETTINGS } from '../../../pkg/storage/s3/settings/settings.ts';
import { describe, expect, it } from 'vitest';
import {
  CLASSIC_CONFIG,
  CLASSIC_CREDENTIALS,
  SECRET,
  SCALEWAY,
  directory,
  resolve,
  refusalOf,
  classic,
  keys,
} from './resolve-harness.ts';

describe('the shared AWS files', () => {
  it('work exactly as the classic script had them', async () => {
    const resolved = await resolve(classic);

    expect(resolved.endpoint.value).toBe(SCALEWAY);
    expect(resolved.endpoint.from).toContain('[services scw-fr-par]');
    expect(resolved.region).toMatchObject({ value: 'fr-par', from: expect.stringContaining('config') });
    expect(resolved.pathStyle).toEqual({ value: false, from: 'usual for Scaleway' });
    expect(await resolved.credentials.load()).toMatchObject({
      accessKeyId: 'SCWAAAAAAAAAAAAAAAAA',
      secretAccessKey: SECRET,
    });
    expect(resolved.warnings).toEqual([]);
  });

  it('work mounted anywhere', async () => {
    await writeFile(join(directory.path, 'a'), CLASSIC_CONFIG);
    await writeFile(join(directory.path, 'b'), CLASSIC_CREDENTIALS);

    const resolved = await resolve({
      environment: {
        AWS_CONFIG_FILE: join(directory.path, 'a'),
        AWS_SHARED_CREDENTIALS_FILE: join(directory.path, 'b'),
      },
    });

    expect(resolved.endpoint.value).toBe(SCALEWAY);
    expect(resolved.credentials.from).toContain(join(directory.path, 'b'));
  });

  it('work with their indentation lost, with a warning instead of a key sent to AWS', async () => {
    const mangled = CLASSIC_CONFIG.replace('  endpoint_url', 'endpoint_url');

    const resolved = await resolve({ ...classic, config: mangled });

    expect(resolved.endpoint.value).toBe(SCALEWAY);
    expect(resolved.warnings.map(reasonSentence)).toEqual([expect.stringContaining('is not indented')]);
  });

  it.each([
    ['tabs', CLASSIC_CONFIG.replace('  endpoint_url', '\tendpoint_url')],
    ['CRLF', CLASSIC_CONFIG.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\ufeff${CLASSIC_CONFIG}`],
    ['blank lines', CLASSIC_CONFIG.replaceAll('\n', '\n\n')],
    ['comments', CLASSIC_CONFIG.replace('scw.cloud', 'scw.cloud # Paris')],
    ['endpoint_url below the profile', `[default]\nregion = fr-par\nendpoint_url = ${SCALEWAY}\n`],
    ['a slash at the end', CLASSIC_CONFIG.replace('scw.cloud', 'scw.cloud/')],
  ])('may be written with %s', async (_name, config) => {
    const resolved = await resolve({ ...classic, config });

    expect(resolved.endpoint.value).toBe(SCALEWAY);
    expect(resolved.region.value).toBe('fr-par');
    expect(resolved.warnings).toEqual([]);
  });

  it.each([
    ['a services line that leads nowhere', CLASSIC_CONFIG.replace('services = scw-fr-par', 'services = nope'), /nope/],
    ['a services section without content', CLASSIC_CONFIG.replace(/ {2}endpoint_url.*\n/, ''), /no section \[services/],
    [
      'a services section without an endpoint',
      CLASSIC_CONFIG.replace('endpoint_url', 'max_attempts'),
      /no endpoint_url/,
    ],
    ['quotes', CLASSIC_CONFIG.replace(SCALEWAY, `"${SCALEWAY}"`), /quotes/],
    ['a missing scheme', CLASSIC_CONFIG.replace('https://', ''), /https:\/\//],
    ['no region', CLASSIC_CONFIG.replace('region = fr-par\n', ''), /no S3 region/],
    ['a password in the endpoint', CLASSIC_CONFIG.replace('https://', `https://user:${SECRET}@`), /user or password/],
    ['no endpoint for a region that AWS does not have', '[default]\nregion = fr-par\n', /AWS has no region fr-par/],
  ])('are refused with %s', async (_name, config, why) => {
    const refusal = await refusalOf({ ...classic, config });

    expect(refusal.code).toBe('DK_SETTINGS');
    expect(refusal.message).toMatch(why);
    expect(refusal.hint).not.toBe('');
  });

  it('never show a key of Scaleway to AWS', async () => {
    const refusal = await refusalOf({ credentials: CLASSIC_CREDENTIALS, environment: { AWS_REGION: 'eu-west-3' } });

    expect(refusal.code).toBe('DK_SETTINGS');
    expect(refusal.message).toContain('Scaleway');
  });

  it.each([
    ['AWS_CONFIG_FILE', 'nowhere'],
    ['AWS_SHARED_CREDENTIALS_FILE', 'nowhere'],
    ['AWS_CONFIG_FILE', '.'],
  ])('are missed when %s leads to %s', async (variable, name) => {
    const refusal = await refusalOf({ ...classic, environment: { [variable]: join(directory.path, name) } });

    expect(refusal.code).toBe('DK_SETTINGS');
    expect(refusal.message).toContain(variable);
  });

  it('are read again, so that a key replaced in a mounted Secret is taken up', async () => {
    const resolved = await resolve(classic);
    await writeFile(
      join(directory.path, '.aws', 'credentials'),
      CLASSIC_CREDENTIALS.replace('SCWAAAAAAAAAAAAAAAAA', 'SCWBBBBBBBBBBBBBBBBB'),
    );

    expect(await resolved.credentials.load()).toMatchObject({ accessKeyId: 'SCWBBBBBBBBBBBBBBBBB' });
  });

  it('may hold the keys in the config file', async () => {
    const resolved = await resolve({ config: CLASSIC_CONFIG.replace('output = json', CLASSIC_CREDENTIALS.slice(10)) });

    expect(await resolved.credentials.load()).toMatchObject({ secretAccessKey: SECRET });
  });
});

describe('profiles', () => {
  const config = `[default]
region = eu-west-3
[profile scw]
region = fr-par
services = s
[services s]
s3 =
  endpoint_url = ${SCALEWAY}
  addressing_style = path
`;
  const credentials = `[default]
aws_access_key_id = AKIADEFAULT
aws_secret_access_key = default
[scw]
aws_access_key_id = SCWAAAAAAAAAAAAAAAAA
aws_secret_access_key = ${SECRET}
`;

  it.each([
    ['AWS_PROFILE', { environment: { AWS_PROFILE: 'scw' } }],
    ['the settings', { settings: { profile: { value: 'scw', from: FROM_SETTINGS } } }],
  ])('chosen by %s bring endpoint, region and key together', async (_name, choice) => {
    const resolved = await resolve({ config, credentials, ...choice });

    expect(resolved.endpoint.value).toBe(SCALEWAY);
    expect(resolved.region.value).toBe('fr-par');
    expect(await resolved.credentials.load()).toMatchObject({ secretAccessKey: SECRET });
  });

  it('of the default go to AWS', async () => {
    const resolved = await resolve({ config, credentials });

    expect(resolved.endpoint.value).toBeUndefined();
    expect(await resolved.credentials.load()).toMatchObject({ accessKeyId: 'AKIADEFAULT' });
  });

  it('that do not exist are refused, with those that do', async () => {
    const refusal = await refusalOf({ config, credentials, environment: { AWS_PROFILE: 'nope' } });

    expect(refusal.code).toBe('DK_SETTINGS');
    expect(refusal.hint).toContain('default, scw');
  });

  it('win over keys in the environment, with a warning', async () => {
    const resolved = await resolve({ config, credentials, environment: { AWS_PROFILE: 'scw', ...keys } });

    expect(await resolved.credentials.load()).toMatchObject({ secretAccessKey: SECRET });
    expect(resolved.warnings.map(reasonSentence)).toEqual([
      expect.stringContaining('The access key from the environment is not used'),
    ]);
  });
});

describe('the environment', () => {
  it('wins over the files, with its own order', async () => {
    const general = { AWS_ENDPOINT_URL: 'https://general.example.com', ...keys };
    const special = { AWS_ENDPOINT_URL_S3: 'https://s3.example.com', ...general };
    const own = { DASHKEEP_S3_ENDPOINT: 'https://own.example.com', ...special };

    expect((await resolve({ ...classic, environment: general })).endpoint).toEqual({
      value: 'https://general.example.com',
      from: 'AWS_ENDPOINT_URL',
    });
    expect((await resolve({ ...classic, environment: special })).endpoint.from).toBe('AWS_ENDPOINT_URL_S3');
    expect((await resolve({ ...classic, environment: own })).endpoint.from).toBe('DASHKEEP_S3_ENDPOINT');
    const settings = { endpoint: { value: 'https://settings.example.com', from: FROM_SETTINGS } };
    expect((await resolve({ ...classic, environment: own, settings })).endpoint.from).toBe('the settings');
  });

  it('gives the keys before the default profile does', async () => {
    const resolved = await resolve({ ...classic, environment: keys });

    expect(await resolved.credentials.load()).toMatchObject({ accessKeyId: 'key', secretAccessKey: 'secret' });
  });

  it('may give the region as AWS_DEFAULT_REGION', async () => {
    const resolved = await resolve({ environment: { ...keys, AWS_DEFAULT_REGION: 'eu-west-3' } });

    expect(resolved.region).toEqual({ value: 'eu-west-3', from: 'AWS_DEFAULT_REGION' });
  });

  it('is warned of when its region does not fit the endpoint of the file', async () => {
    const resolved = await resolve({ ...classic, environment: { AWS_REGION: 'nl-ams' } });

    expect(resolved.warnings.map(reasonSentence)).toEqual([expect.stringMatching(/region fr-par .*nl-ams/)]);
  });

  it('may switch configured endpoints off, which is refused where that leads to the wrong provider', async () => {
    const refusal = await refusalOf({ ...classic, environment: { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' } });

    expect(refusal.message).toContain('AWS has no region fr-par');
  });

  it.each([
    ['ignore_configured_endpoint_urls of profile default', 'ignore_configured_endpoint_urls = true\n', {}],
    ['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS', '', { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }],
  ])('names the setting that switches configured endpoints off: %s', async (setting, line, environment) => {
    const config = `[default]\nregion = eu-west-3\nendpoint_url = ${SCALEWAY}\n${line}`;

    const resolved = await resolve({ config, environment: { ...keys, ...environment } });

    expect(resolved.endpoint).toEqual({ value: undefined, from: setting });
    expect(resolved.warnings.map(reasonSentence)).toEqual([expect.stringContaining(`because ${setting} is on`)]);
  });

  it('counts variables that are set to nothing as absent', async () => {
    const environment = { AWS_ENDPOINT_URL: '', AWS_PROFILE: ' ', AWS_REGION: '', AWS_ACCESS_KEY_ID: '' };

    expect((await resolve({ ...classic, environment })).endpoint.value).toBe(SCALEWAY);
  });

  it.each([
    ['http://127.0.0.1:9000', true],
    ['http://minio:9000', true],
    ['https://s3.eu-west-3.amazonaws.com', false],
    [SCALEWAY, false],
    ['https://account.r2.cloudflarestorage.com', true],
  ])('addresses buckets of %s by path: %s', async (endpoint, pathStyle) => {
    const environment = { ...keys, AWS_REGION: 'fr-par', DASHKEEP_S3_ENDPOINT: endpoint };

    expect((await resolve({ environment })).pathStyle.value).toBe(pathStyle);
    const forced = { ...environment, DASHKEEP_S3_FORCE_PATH_STYLE: String(!pathStyle) };
    expect((await resolve({ environment: forced })).pathStyle.value).toBe(!pathStyle);
  });

  it.each([
    ['DASHKEEP_S3_FORCE_PATH_STYLE', 'perhaps'],
    ['DASHKEEP_S3_CHECKSUMS', 'all'],
    ['DASHKEEP_S3_OBJECT_LOCK', 'COMPLIANCE'],
    ['DASHKEEP_S3_OBJECT_LOCK', 'COMPLIANCE:0'],
    ['DASHKEEP_S3_ENCRYPTION', 'rot13'],
    ['DASHKEEP_S3_BUCKET_OWNER', '12'],
    ['DASHKEEP_S3_STORAGE_CLASS', 'DEEP_ARCHIVE'],
    ['DASHKEEP_S3_TAGS', 'lonely'],
    ['DASHKEEP_S3_TIMEOUT_SECONDS', '-1'],
    ['DASHKEEP_S3_CA_FILE', '/nonexistent/ca.pem'],
  ])('is refused when %s is %s', async (variable, value) => {
    const refusal = await refusalOf({ ...classic, environment: { [variable]: value } });

    expect(refusal.code).toBe('DK_SETTINGS');
    expect(refusal.message).toContain(variable);
  });
});
