import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLog } from '../../../pkg/contract/ports.ts';
import { openExplained, openStore } from '../../../pkg/storage/open.ts';
import { listening } from '../../support/servers/listening.ts';
import { realClock, realRandomness } from '../../support/ports.ts';
import { storageOf } from '../../support/s3/settings-of.ts';
import { startS3Server } from '../../support/s3/server.ts';
import { describe, expect, it } from 'vitest';
import {
  CLASSIC_CONFIG,
  CLASSIC_CREDENTIALS,
  SECRET,
  SCALEWAY,
  directory,
  resolve,
  refusalOf,
} from './resolve-harness.ts';

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
    const sts = await listening((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        asked.push(new URLSearchParams(text));
        response.writeHead(200, { 'content-type': 'text/xml' }).end(STS_ANSWER);
      });
    });
    const server = await startS3Server({
      region: 'eu-west-3',
      credentials: [{ accessKeyId: 'ASIATEMPORARY', secretAccessKey: 'temporary' }],
    });
    await writeFile(join(directory.path, 'token'), 'a.web.identity');

    const store = await openStore('s3://test/grafana', {
      ...storageOf({
        ...irsa,
        AWS_WEB_IDENTITY_TOKEN_FILE: join(directory.path, 'token'),
        AWS_ENDPOINT_URL_STS: sts.url,
        DASHKEEP_S3_ENDPOINT: server.url,
      }),
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
    await sts.close();
  });

  it('whose token file is missing are a problem of credentials', async () => {
    const environment = { ...irsa, AWS_WEB_IDENTITY_TOKEN_FILE: join(directory.path, 'gone') };

    const store = await openStore('s3://test', {
      ...storageOf(environment),
      clock: realClock,
      random: realRandomness,
      log: silentLog,
    });

    await expect(store.get('a')).rejects.toMatchObject({
      code: 'DK_STORE_CREDENTIALS',
      message: expect.stringMatching(/gone/),
    });
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
      ...storageOf({
        AWS_CONFIG_FILE: path,
        AWS_SHARED_CREDENTIALS_FILE: join(directory.path, 'credentials'),
      }),
      clock: realClock,
      random: realRandomness,
      log: { debug: write, info: write, warn: write, error: write },
    };

    const { store, ...explanation } = await openExplained('s3://test/grafana', options);
    await store.put('a.json', Buffer.from('{}'));

    expect(server.requests).toEqual([{ operation: 'PutObject', bucket: 'test', key: 'grafana/a.json', status: 200 }]);
    expect(explanation.settings.find(({ name }) => name === 'endpoint')?.from).toContain('[services scw-fr-par]');
    expect(lines.join()).toContain(server.url);
    expect(lines.join() + JSON.stringify(explanation)).not.toContain(SECRET);
    await store.close();
    await server.close();
  });
});
