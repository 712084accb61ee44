import { readFileSync } from 'node:fs';
import { mkdtemp, rename, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { request as plainRequest } from 'node:http';
import { connect, type TLSSocket } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Certificate } from '../../pkg/service/http/certificate.ts';
import { makeCertificate } from '../support/certificates.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { removeDirectory, startService, TEST_API_TOKEN, type TestService } from '../support/service.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** Somebody on the pod's network reads the API's token, and everything that it shows, off the wire. */
describe('the API with a certificate', () => {
  let grafana: Simulator;
  let service: TestService | undefined;
  let directory: string;

  beforeEach(async () => {
    grafana = await startGrafana({ profile: '13.2' });
    directory = await mkdtemp(join(tmpdir(), 'dashkeep-tls-'));
  });
  afterEach(async () => {
    await service?.stop();
    service = undefined;
    await grafana.close();
    await removeDirectory(directory);
  });

  const files = () => ({ cert: join(directory, 'tls.crt'), key: join(directory, 'tls.key') });

  /** A certificate for localhost from its own authority. */
  async function make(): Promise<{ cert: string; key: string; ca: string }> {
    const { cert, key, caFile } = makeCertificate(await mkdtemp(join(directory, 'made-')));
    return { cert, key, ca: readFileSync(caFile, 'utf8') };
  }

  /** @returns its authority */
  async function give(): Promise<string> {
    const { cert, key, ca } = await make();
    // As the kubelet does: the new files take the place of the old ones.
    await writeFile(`${files().cert}.new`, cert);
    await writeFile(`${files().key}.new`, key);
    await rename(`${files().cert}.new`, files().cert);
    await rename(`${files().key}.new`, files().key);
    return ca;
  }

  async function start(): Promise<TestService> {
    const { cert, key } = files();
    const environment = { DASHKEEP_TLS_CERT_FILE: cert, DASHKEEP_TLS_KEY_FILE: key };
    service = await startService({ grafanaUrl: grafana.url, directory, environment });
    return service;
  }

  function status(url: string, ca: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${TEST_API_TOKEN}` };
      request(`${url}/api/v1/status`, { ca, headers, servername: 'localhost' }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });
  }

  it('answers over TLS to anyone who knows its authority, and never in the clear', async () => {
    const ca = await give();
    const { url, service: inner } = await start();
    expect(url).toMatch(/^https:/);
    expect(inner.address.api).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(await status(url, ca)).toBe(200);
    const { ca: other } = await make();
    await expect(status(url, other)).rejects.toThrow(/self-signed|unable to verify|signature/i);
    const inTheClear = new Promise<number>((resolve, reject) => {
      plainRequest(url.replace('https:', 'http:'), (answer) => resolve(answer.statusCode ?? 0))
        .on('error', reject)
        .end();
    });
    await expect(inTheClear).rejects.toThrow();
    const old = new Promise<string>((resolve) => {
      const socket: TLSSocket = connect({
        port: Number(new URL(url).port),
        ca,
        maxVersion: 'TLSv1.1',
        minVersion: 'TLSv1',
      });
      socket.once('error', ({ message }) => resolve(message)).once('secureConnect', () => resolve('connected'));
    });
    expect(await old).not.toBe('connected');
  });

  it('takes a renewed certificate without a restart, and keeps the old one while the new one is half there', async () => {
    const first = await give();
    const certificate = await Certificate.read(files(), silent);
    const { createServer } = await import('node:https');
    const server = createServer(certificate.options, (_request, response) => response.end()).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    certificate.keepFresh(server);
    const { port } = server.address() as { port: number };
    const url = `https://127.0.0.1:${port}`;
    try {
      await writeFile(files().cert, '-----BEGIN CERT');
      await certificate.refresh();
      expect(await status(url, first)).toBe(200);
      const { cert: alone } = await make();
      await writeFile(files().cert, alone);
      await certificate.refresh();
      expect(await status(url, first)).toBe(200);
      const second = await give();
      await certificate.refresh();
      expect(await status(url, second)).toBe(200);
    } finally {
      certificate.close();
      server.close();
      server.closeAllConnections();
    }
  });

  it('does not start in the clear where its certificate is missing or not its key’s', async () => {
    await expect(start()).rejects.toMatchObject({ code: 'DK_SETTINGS' });
    await give();
    await writeFile(files().key, (await make()).key);
    await expect(start()).rejects.toMatchObject({ code: 'DK_SETTINGS' });
  });
});

describe('the doctor', () => {
  it('warns of what the deployment leaves open, and calls it well when it is closed', async () => {
    const grafana = await startGrafana({ profile: '13.2' });
    const checks = async (environment: Record<string, string>): Promise<Record<string, string>> => {
      const service = await startService({ grafanaUrl: grafana.url, environment });
      try {
        const { json } = await service.call('GET', '/doctor');
        const ours = json.checks.filter(({ name }: { name: string }) => name.startsWith('deployment: '));
        return Object.fromEntries(ours.map((one: { name: string; status: string }) => [one.name, one.status]));
      } finally {
        await service.stop();
        await removeDirectory(service.directory);
      }
    };
    const image = 'ghcr.io/dashkeep/dashkeep';
    try {
      expect(await checks({})).toEqual({});
      const open = { DASHKEEP_IMAGE: `${image}:1.0.0`, DASHKEEP_NETWORK_POLICY: 'false', DASHKEEP_LISTEN: '0.0.0.0:0' };
      expect(await checks(open)).toEqual({
        'deployment: TLS': 'warning',
        'deployment: image': 'warning',
        'deployment: network policy': 'warning',
      });
      const closed = { DASHKEEP_IMAGE: `${image}@sha256:${'0'.repeat(64)}`, DASHKEEP_NETWORK_POLICY: 'true' };
      expect(await checks(closed)).toEqual({ 'deployment: image': 'ok', 'deployment: network policy': 'ok' });
    } finally {
      await grafana.close();
    }
  });
});
