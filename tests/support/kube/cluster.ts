import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../servers/listening.ts';

/** Where build.sh put etcd and kube-apiserver; undefined when it has not been run. */
export function controlPlane(): string | undefined {
  const script = join(dirname(fileURLToPath(import.meta.url)), 'build.sh');
  try {
    const folder = execFileSync(script, ['--where'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    return existsSync(join(folder, 'kube-apiserver')) ? folder : undefined;
  } catch {
    return undefined;
  }
}

export interface AdminResponse {
  status: number;
  body: Record<string, unknown>;
}

/** A real etcd and kube-apiserver with RBAC, on loopback; no kubelet, no controllers. */
export class Cluster {
  readonly host = '127.0.0.1';
  readonly port: number;
  readonly folder: string;
  readonly adminToken: string;
  readonly #processes: ChildProcess[];
  #ca = '';

  private constructor(port: number, folder: string, adminToken: string, processes: ChildProcess[]) {
    this.port = port;
    this.folder = folder;
    this.adminToken = adminToken;
    this.#processes = processes;
  }

  static async start(programs: string): Promise<Cluster> {
    const folder = await mkdtemp(join(tmpdir(), 'dashkeep-kube-'));
    const [etcdPort, peerPort, port] = await Promise.all([freePort(), freePort(), freePort()]);
    const adminToken = randomBytes(16).toString('hex');
    const keys = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    await writeFile(join(folder, 'sa.pub'), keys.publicKey);
    await writeFile(join(folder, 'sa.key'), keys.privateKey);
    await writeFile(join(folder, 'tokens.csv'), `${adminToken},admin,admin,system:masters\n`);
    const etcdUrl = `http://127.0.0.1:${etcdPort}`;
    const etcd = run(join(programs, 'etcd'), folder, [
      `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
      `--listen-client-urls=${etcdUrl}`,
      `--advertise-client-urls=${etcdUrl}`,
      `--data-dir=${join(folder, 'etcd')}`,
      '--unsafe-no-fsync=true',
      '--log-level=error',
    ]);
    const apiserver = run(join(programs, 'kube-apiserver'), folder, [
      `--etcd-servers=${etcdUrl}`,
      `--cert-dir=${folder}`,
      `--secure-port=${port}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      '--service-cluster-ip-range=10.0.0.0/24',
      '--allow-privileged=true',
      '--authorization-mode=RBAC',
      '--disable-admission-plugins=ServiceAccount',
      `--token-auth-file=${join(folder, 'tokens.csv')}`,
      `--service-account-issuer=https://127.0.0.1:${port}/`,
      `--service-account-key-file=${join(folder, 'sa.pub')}`,
      `--service-account-signing-key-file=${join(folder, 'sa.key')}`,
      '--profiling=false',
      '--v=0',
    ]);
    const cluster = new Cluster(port, folder, adminToken, [apiserver, etcd]);
    try {
      await cluster.#ready(apiserver);
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  get url(): string {
    return `https://${this.host}:${this.port}`;
  }

  /** PEM of the certificate that the API server made for itself. */
  get ca(): string {
    return this.#ca;
  }

  /** A request as system:masters. */
  admin(method: string, path: string, body?: unknown, contentType = 'application/json'): Promise<AdminResponse> {
    const data = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const request = https.request(
        {
          host: this.host,
          port: this.port,
          method,
          path,
          ca: this.#ca,
          headers: {
            authorization: `Bearer ${this.adminToken}`,
            accept: 'application/json',
            ...(data === undefined ? {} : { 'content-type': contentType }),
          },
        },
        (answer) => {
          let text = '';
          answer.setEncoding('utf8');
          answer.on('data', (chunk: string) => (text += chunk));
          answer.on('error', reject);
          answer.on('end', () => {
            const body = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : { text };
            resolve({ status: answer.statusCode ?? 0, body });
          });
        },
      );
      request.on('error', reject);
      request.end(data);
    });
  }

  /** The admin's request, which must succeed. */
  async must(method: string, path: string, body?: unknown, contentType?: string): Promise<Record<string, unknown>> {
    const answer = await this.admin(method, path, body, contentType);
    if (answer.status >= 300) {
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 400)}`);
    }
    return answer.body;
  }

  async namespace(name: string): Promise<void> {
    await this.must('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }

  /** A service account and the folder that the kubelet would mount for it: token, ca.crt, namespace. */
  async serviceAccount(namespace: string, name: string): Promise<string> {
    const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
    const metadata = { name, namespace };
    await this.admin('POST', accounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
    const folder = await mkdtemp(join(this.folder, 'mount-'));
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'token'), await this.token(namespace, name));
    await writeFile(join(folder, 'ca.crt'), this.#ca);
    await writeFile(join(folder, 'namespace'), namespace);
    return folder;
  }

  async token(namespace: string, account: string): Promise<string> {
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } };
    const answer = await this.must('POST', path, body);
    return (answer.status as { token: string }).token;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#processes.map(ended));
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #ready(apiserver: ChildProcess): Promise<void> {
    const deadline = Date.now() + 120_000;
    while (Date.now() < deadline && apiserver.exitCode === null) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      try {
        this.#ca = await readFile(join(this.folder, 'apiserver.crt'), 'utf8');
        if ((await this.admin('GET', '/readyz')).status === 200) {
          return;
        }
      } catch {
        continue;
      }
    }
    const log = await readFile(join(this.folder, 'kube-apiserver.log'), 'utf8').catch(() => '');
    throw new Error(`kube-apiserver did not become ready:\n${log.slice(-3000)}`);
  }
}

function run(program: string, folder: string, args: string[]): ChildProcess {
  const name = program.slice(program.lastIndexOf('/') + 1);
  const shell = `exec "$0" "$@" > "${join(folder, `${name}.log`)}" 2>&1`;
  return spawn('/bin/sh', ['-c', shell, program, ...args], { stdio: 'ignore' });
}

async function ended(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) {
    return;
  }
  const end = new Promise((resolve) => process.once('exit', resolve));
  process.kill('SIGKILL');
  await end;
}
