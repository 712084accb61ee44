import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ContainerClient, ContainerSASPermissions, StorageSharedKeyCredential } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWith } from '../../support/clouds/open.ts';
import { CLOUDS_INSTALLED, startAzurite, startFakeGcs, type CloudServer } from '../../support/clouds/servers.ts';
import { temporaryDirectory } from '../../support/directories.ts';
import { keysOf } from '../../support/stores/read.ts';

const body = Buffer.from('{}');

describe.skipIf(!CLOUDS_INSTALLED)('credentials for Azure', () => {
  let server: CloudServer;
  let folder: { path: string; remove(): Promise<void> };
  beforeAll(async () => {
    [server, folder] = [await startAzurite(), await temporaryDirectory()];
  });
  afterAll(async () => {
    await server?.close();
    await folder?.remove();
  });

  async function works(environment: Record<string, string>): Promise<boolean> {
    const store = await openWith(server.target, environment);
    await store.put('a/b', body);
    const keys = await keysOf(store, '');
    await store.deleteMany(['a/b', 'a/c']);
    await store.close();
    return keys.includes('a/b');
  }

  /** A token for the container with these rights. */
  async function sas(permissions: string): Promise<string> {
    const { AZURE_STORAGE_ACCOUNT: account = '', AZURE_STORAGE_KEY: key = '' } = server.environment;
    const url = `${server.environment['DASHKEEP_AZURE_ENDPOINT']}/test`;
    const made = await new ContainerClient(url, new StorageSharedKeyCredential(account, key)).generateSasUrl({
      permissions: ContainerSASPermissions.parse(permissions),
      expiresOn: new Date(Date.now() + 3_600_000),
    });
    return new URL(made).search;
  }

  it('come from a connection string, from a file of a Secret, too', async () => {
    const { AZURE_STORAGE_ACCOUNT: account, AZURE_STORAGE_KEY: key, DASHKEEP_AZURE_ENDPOINT: url } = server.environment;
    const text = `AccountName=${account};AccountKey=${key};BlobEndpoint=${url};`;
    const path = join(folder.path, 'connection-string');
    await writeFile(path, `${text}\n`);

    expect(await works({ AZURE_STORAGE_CONNECTION_STRING: text })).toBe(true);
    expect(await works({ AZURE_STORAGE_CONNECTION_STRING_FILE: path })).toBe(true);
  });

  it('come from a shared access signature', async () => {
    const { DASHKEEP_AZURE_ENDPOINT: url = '' } = server.environment;
    expect(await works({ AZURE_STORAGE_SAS_TOKEN: await sas('racwdl'), DASHKEEP_AZURE_ENDPOINT: url })).toBe(true);
  });

  it('that may only read are denied what they may not do, with the right that is missing', async () => {
    const { DASHKEEP_AZURE_ENDPOINT: url = '' } = server.environment;
    const store = await openWith(server.target, {
      AZURE_STORAGE_SAS_TOKEN: await sas('rl'),
      DASHKEEP_AZURE_ENDPOINT: url,
    });

    await expect(store.put('a', body)).rejects.toMatchObject({
      code: 'DK_STORE_DENIED',
      message: expect.stringContaining('blobs/write is not allowed'),
    });
    await store.close();
  });

  it('that are wrong are named as such', async () => {
    const AZURE_STORAGE_KEY = Buffer.from('another key').toString('base64');
    const store = await openWith(server.target, { ...server.environment, AZURE_STORAGE_KEY });
    // Azure calls them AuthenticationFailed, Azurite AuthorizationFailure.
    const wrong = { code: expect.stringMatching(/^DK_STORE_(CREDENTIALS|DENIED)$/) };

    await expect(store.put('a', body)).rejects.toMatchObject(wrong);
    await expect(store.get('a')).rejects.toMatchObject(wrong);
    await expect(keysOf(store, '')).rejects.toMatchObject(wrong);
    await store.close();
  });

  it.each([
    ['no account', {}, 'DK_SETTINGS'],
    ['an account that is none', { AZURE_STORAGE_ACCOUNT: 'My Account' }, 'DK_SETTINGS'],
    ['half a connection string', { AZURE_STORAGE_CONNECTION_STRING: 'AccountName=a' }, 'DK_STORE_CREDENTIALS'],
  ])('with %s are refused before anything is sent', async (_, environment, code) => {
    await expect(openWith(server.target, environment)).rejects.toMatchObject({ code });
  });
});

describe.skipIf(!CLOUDS_INSTALLED)('credentials for Google Cloud Storage', () => {
  let server: CloudServer;
  let folder: { path: string; remove(): Promise<void> };
  beforeAll(async () => {
    [server, folder] = [await startFakeGcs(), await temporaryDirectory()];
  });
  afterAll(async () => {
    await server?.close();
    await folder?.remove();
  });

  it('come from the file that Google’s tools name', async () => {
    const path = join(folder.path, 'key.json');
    await writeFile(path, server.environment['DASHKEEP_GCS_KEY'] ?? '');
    const { DASHKEEP_GCS_ENDPOINT = '' } = server.environment;
    const store = await openWith(server.target, { DASHKEEP_GCS_ENDPOINT, GOOGLE_APPLICATION_CREDENTIALS: path });

    await store.put('a/b', body);
    expect(await keysOf(store, '')).toEqual(['a/b']);
    await store.close();
  });

  it.each([
    ['no JSON', 'AKIA…'],
    ['a token', '"token"'],
    ['a key without its type', '{"private_key":"secret"}'],
  ])('that are %s are named, and not shown', async (_, key) => {
    const store = await openWith(server.target, { ...server.environment, DASHKEEP_GCS_KEY: key });

    await expect(store.put('a', body)).rejects.toMatchObject({
      code: 'DK_STORE_CREDENTIALS',
      message: expect.not.stringMatching(/AKIA|token"|secret/),
    });
    await store.close();
  });
});
