import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContainerClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { freePort, listening } from '../servers/listening.ts';
import { eventually } from '../ports.ts';

/** Where install.sh has put Azurite and fake-gcs-server; empty when they were never installed. */
const [AZURITE = '', FAKE_GCS = ''] = ((): string[] => {
  try {
    return execFileSync(join(import.meta.dirname, 'install.sh'), ['--where'], { encoding: 'utf8' })
      .trim()
      .split('\n');
  } catch {
    return [];
  }
})();

/** Whether the servers can be started here. */
export const CLOUDS_INSTALLED = AZURITE !== '' && FAKE_GCS !== '';

/** A real server of another service than S3, with an empty container or bucket named `test`. */
export interface CloudServer {
  name: string;
  /** Such as `azblob://test`. */
  target: string;
  /** Where it listens, such as `http://127.0.0.1:10000`. */
  origin: string;
  /** What a deployment sets to reach it. */
  environment: Record<string, string>;
  /** The same, through something in between. */
  through(origin: string): Record<string, string>;
  close(): Promise<void>;
}

export const CLOUDS: readonly [name: string, start: () => Promise<CloudServer>][] = [
  ['Azurite', startAzurite],
  ['fake-gcs-server', startFakeGcs],
];

const ACCOUNT = 'dashkeep';
const KEY = Buffer.from('a key of thirty-two bytes exactly').toString('base64');

/** Azurite, with one account and its key. */
export async function startAzurite(): Promise<CloudServer> {
  const directory = await mkdtemp(join(tmpdir(), 'dashkeep-azurite-'));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const options = ['--blobHost', '127.0.0.1', '--blobPort', String(port), '--inMemoryPersistence'];
  const child = spawn(
    process.execPath,
    [AZURITE, ...options, '--silent', '--disableTelemetry', '--skipApiVersionCheck'],
    { stdio: 'ignore', cwd: directory, env: { ...process.env, AZURITE_ACCOUNTS: `${ACCOUNT}:${KEY}` } },
  );
  await responding(child, port);
  const endpoint = `${origin}/${ACCOUNT}`;
  await new ContainerClient(`${endpoint}/test`, new StorageSharedKeyCredential(ACCOUNT, KEY)).create();
  const through = (other: string) => ({
    AZURE_STORAGE_ACCOUNT: ACCOUNT,
    AZURE_STORAGE_KEY: KEY,
    DASHKEEP_AZURE_ENDPOINT: `${other}/${ACCOUNT}`,
  });
  return {
    name: 'Azurite',
    target: 'azblob://test',
    origin,
    environment: through(origin),
    through,
    close: () => ended(child, directory),
  };
}

/** fake-gcs-server, and a service that exchanges any token for one, as with workload identity federation. */
export async function startFakeGcs(): Promise<CloudServer> {
  const directory = await mkdtemp(join(tmpdir(), 'dashkeep-fake-gcs-'));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const options = ['-scheme', 'http', '-host', '127.0.0.1', '-port', String(port), '-backend', 'memory'];
  const child = spawn(FAKE_GCS, [...options, '-public-host', `127.0.0.1:${port}`, '-log-level', 'error'], {
    stdio: 'ignore',
    cwd: directory,
  });
  await responding(child, port);
  const body = JSON.stringify({ name: 'test' });
  await fetch(`${origin}/storage/v1/b`, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  const tokens = await listening((request, response) => {
    request.resume();
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ access_token: 'a-token', token_type: 'Bearer', expires_in: 3600 }));
  });
  await writeFile(join(directory, 'token'), 'the token of the pod');
  const key = JSON.stringify({
    type: 'external_account',
    audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/kubernetes',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: `${tokens.url}/token`,
    credential_source: { file: join(directory, 'token') },
  });
  const through = (other: string) => ({ DASHKEEP_GCS_ENDPOINT: other, DASHKEEP_GCS_KEY: key });
  return {
    name: 'fake-gcs-server',
    target: 'gs://test',
    origin,
    environment: through(origin),
    through,
    async close() {
      await tokens.close();
      await ended(child, directory);
    },
  };
}

async function responding(child: ChildProcess, port: number): Promise<void> {
  const answered = await eventually('a server of a cloud', async () =>
    child.exitCode === null ? fetch(`http://127.0.0.1:${port}/`) : 'ended',
  );
  if (answered === 'ended') {
    throw new Error(`${child.spawnfile} has ended with ${child.exitCode}`);
  }
}

async function ended(child: ChildProcess, directory: string): Promise<void> {
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) {
    await once(child, 'exit');
  }
  await rm(directory, { recursive: true, force: true });
}
