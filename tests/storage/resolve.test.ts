import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DashkeepError } from '../../pkg/contract/errors.ts';
import { silentLog } from '../../pkg/contract/ports.ts';
import { explainStore, openStore } from '../../pkg/storage/open.ts';
import { resolveS3 } from '../../pkg/storage/s3/resolve.ts';
import type { ResolvedS3 } from '../../pkg/storage/s3/resolve.ts';
import type { S3Settings } from '../../pkg/storage/s3/settings.ts';
import { temporaryDirectory } from '../support/directories.ts';
import { realClock, realRandomness } from '../support/ports.ts';
import { startS3Server } from '../support/s3/server.ts';

/** The files that the classic backup script tells people to write. */
const CLASSIC_CONFIG = `[default]
region = fr-par
output = json
services = scw-fr-par

[services scw-fr-par]
s3 =
  endpoint_url = https://s3.fr-par.scw.cloud
`;
const CLASSIC_CREDENTIALS = `[default]
aws_access_key_id = SCWAAAAAAAAAAAAAAAAA
aws_secret_access_key = 11111111-2222-3333-4444-555555555555
`;
const SECRET = '11111111-2222-3333-4444-555555555555';
const SCALEWAY = 'https://s3.fr-par.scw.cloud';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(() => directory.remove());

interface Setup {
  config?: string;
  credentials?: string;
  environment?: Record<string, string>;
  settings?: S3Settings;
}

/** Resolves with files in a home directory, as somebody would have them. */
async function resolve({ config, credentials, environment, settings }: Setup): Promise<ResolvedS3> {
  await mkdir(join(directory.path, '.aws'), { recursive: true });
  if (config !== undefined) {
    await writeFile(join(directory.path, '.aws', 'config'), config);
  }
  if (credentials !== undefined) {
    await writeFile(join(directory.path, '.aws', 'credentials'), credentials);
  }
  return resolveS3(
    { bucket: 'bucket', prefix: '' },
    settings ?? {},
    { HOME: directory.path, ...environment },
    realClock,
  );
}

async function refusalOf(setup: Setup): Promise<DashkeepError> {
  try {
    await resolve(setup);
  } catch (error) {
    if (error instanceof DashkeepError) {
      expect(error.message + error.hint).not.toContain(SECRET);
      return error;
    }
    throw error;
  }
  throw new Error('nothing was refused');
}

const classic = { config: CLASSIC_CONFIG, credentials: CLASSIC_CREDENTIALS };
const keys = { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' };

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
    expect(resolved.warnings).toEqual([expect.stringContaining('were lost')]);
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
    ['a services section without content', CLASSIC_CONFIG.replace(/ {2}endpoint_url.*\n/, ''), /no \[services/],
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
    ['the settings', { settings: { profile: 'scw' } }],
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
    expect(resolved.warnings).toEqual([expect.stringContaining('AWS_ACCESS_KEY_ID is not used')]);
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
    const settings = { endpoint: 'https://settings.example.com' };
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

    expect(resolved.warnings).toEqual([expect.stringMatching(/region fr-par .*nl-ams/)]);
  });

  it('may switch configured endpoints off, which is refused where that leads to the wrong provider', async () => {
    const refusal = await refusalOf({ ...classic, environment: { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' } });

    expect(refusal.message).toContain('AWS has no region fr-par');
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

const STS_ANSWER = `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>ASIATEMPORARY</AccessKeyId>
<SecretAccessKey>temporary</SecretAccessKey><SessionToken>session</SessionToken>
<Expiration>${new Date(Date.now() + 3_600_000).toISOString()}</Expiration></Credentials>
<AssumedRoleUser><Arn>arn:aws:sts::1:assumed-role/r/dashkeep</Arn><AssumedRoleId>id</AssumedRoleId></AssumedRoleUser>
</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`;

describe('roles', () => {
  const irsa = {
    AWS_WEB_IDENTITY_TOKEN_FILE: '/token',
    AWS_ROLE_ARN: 'arn:aws:iam::1:role/r',
    AWS_REGION: 'eu-west-3',
  };

  it('of a pod are used on AWS', async () => {
    expect((await resolve({ environment: irsa })).credentials.from).toContain('web identity of arn:aws:iam::1:role/r');
  });

  it('are never offered to another provider', async () => {
    const refusal = await refusalOf({ environment: { ...irsa, DASHKEEP_S3_ENDPOINT: SCALEWAY } });

    expect(refusal.code).toBe('DK_STORE_CREDENTIALS');
  });

  it('of an instance are the last resort, unless switched off', async () => {
    const environment = { AWS_REGION: 'eu-west-3' };

    expect((await resolve({ environment })).credentials.from).toContain('instance');
    expect((await refusalOf({ environment: { ...environment, AWS_EC2_METADATA_DISABLED: 'true' } })).code).toBe(
      'DK_STORE_CREDENTIALS',
    );
  });

  it('of a pod are exchanged for a key, which then signs', async () => {
    const asked: URLSearchParams[] = [];
    const sts = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        asked.push(new URLSearchParams(text));
        response.writeHead(200, { 'content-type': 'text/xml' }).end(STS_ANSWER);
      });
    });
    await new Promise<void>((listening) => sts.listen(0, '127.0.0.1', listening));
    const server = await startS3Server({
      region: 'eu-west-3',
      credentials: [{ accessKeyId: 'ASIATEMPORARY', secretAccessKey: 'temporary' }],
    });
    await writeFile(join(directory.path, 'token'), 'a.web.identity');

    const store = await openStore('s3://test/grafana', {
      environment: {
        ...irsa,
        AWS_WEB_IDENTITY_TOKEN_FILE: join(directory.path, 'token'),
        AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${(sts.address() as AddressInfo).port}`,
        DASHKEEP_S3_ENDPOINT: server.url,
      },
      clock: realClock,
      random: realRandomness,
      log: silentLog,
    });
    await store.put('a', Buffer.from('x'));
    await store.put('b', Buffer.from('x'));

    expect(asked).toHaveLength(1);
    expect(Object.fromEntries(asked[0] ?? [])).toMatchObject({
      Action: 'AssumeRoleWithWebIdentity',
      RoleArn: irsa.AWS_ROLE_ARN,
      WebIdentityToken: 'a.web.identity',
    });
    expect(server.requests.map((request) => request.status)).toEqual([200, 200]);
    await store.close();
    await server.close();
    await new Promise((closed) => sts.close(closed));
  });

  it('whose token file is missing are a problem of credentials', async () => {
    const environment = { ...irsa, AWS_WEB_IDENTITY_TOKEN_FILE: join(directory.path, 'gone') };

    const store = await openStore('s3://test', {
      environment,
      clock: realClock,
      random: realRandomness,
      log: silentLog,
    });

    await expect(store.get('a')).rejects.toMatchObject({ code: 'DK_STORE_CREDENTIALS', message: /gone/ });
    await store.close();
  });

  it('need key and secret together when typed', async () => {
    expect((await refusalOf({ environment: { AWS_REGION: 'eu-west-3', AWS_ACCESS_KEY_ID: 'key' } })).message).toContain(
      'AWS_SECRET_ACCESS_KEY is missing',
    );
  });
});

describe('a target opened from the classic files', () => {
  it('sends its requests, signed with the key of the file, to the endpoint of the file', async () => {
    const server = await startS3Server({
      region: 'fr-par',
      credentials: [{ accessKeyId: 'SCWAAAAAAAAAAAAAAAAA', secretAccessKey: SECRET }],
    });
    const path = join(directory.path, 'config');
    await writeFile(path, CLASSIC_CONFIG.replace(SCALEWAY, server.url));
    await writeFile(join(directory.path, 'credentials'), CLASSIC_CREDENTIALS);
    const lines: string[] = [];
    const write = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`);
    const options = {
      environment: { AWS_CONFIG_FILE: path, AWS_SHARED_CREDENTIALS_FILE: join(directory.path, 'credentials') },
      clock: realClock,
      random: realRandomness,
      log: { debug: write, info: write, warn: write, error: write },
    };

    const store = await openStore('s3://test/grafana', options);
    await store.put('a.json', Buffer.from('{}'));
    const explanation = await explainStore('s3://test/grafana', options);

    expect(server.requests).toEqual([{ operation: 'PutObject', bucket: 'test', key: 'grafana/a.json', status: 200 }]);
    expect(explanation.settings.find(({ name }) => name === 'endpoint')?.from).toContain('[services scw-fr-par]');
    expect(lines.join()).toContain(server.url);
    expect(lines.join() + JSON.stringify(explanation)).not.toContain(SECRET);
    await store.close();
    await server.close();
  });
});
