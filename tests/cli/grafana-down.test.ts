import { createServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog, type Clock } from '../../pkg/contract/ports.ts';
import { makeCertificate } from '../support/certificates.ts';
import { runCli, type Ended } from '../support/cli.ts';
import { memoryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { freePort, portOf } from '../support/servers/listening.ts';
import { fastClock } from '../support/fast-clock.ts';

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

function run(clock: Clock, command: string, ...args: string[]): Promise<Ended> {
  const where = ['--target', `file://${directory.path}/repository`, '--state-dir', `${directory.path}/state`];
  const token = { GRAFANA_API_TOKEN: grafana.token() };
  const grafanaUrl = command === 'snapshots' || args.includes('--grafana-url') ? [] : ['--grafana-url', grafana.url];
  return runCli([command, ...args, ...where, ...grafanaUrl], token, { clock });
}

describe('dashkeep backup while Grafana is down', () => {
  it('waits for it, and is complete when it comes back', async () => {
    grafana.setFaults({ match: /./, action: { kind: 'cut' } });
    const clock = fastClock(20);
    let probes = 0;
    // Only waiting takes time, however busy this machine is.
    let waited = 0;
    const watched: Clock = {
      ...clock,
      monotonic: () => waited,
      sleep: (milliseconds, signal) => {
        probes++;
        waited += Math.min(milliseconds, 1_000);
        if (probes === 3) {
          grafana.setFaults();
        }
        return clock.sleep(milliseconds, signal);
      },
    };
    const { exit } = await run(watched, 'backup');
    expect(exit).toBe(0);
    expect(probes).toBeGreaterThanOrEqual(3);
  });

  it('fails within five seconds with what to do, and publishes nothing', async () => {
    grafana.setFaults({ match: /./, action: { kind: 'cut' } });
    const clock = fastClock();
    const begun = clock.monotonic();
    await expect(run(clock, 'backup')).rejects.toMatchObject({
      code: 'DK_GRAFANA_UNREACHABLE',
      exit: 1,
      message: expect.stringMatching(/Grafana did not respond for \d+ seconds/),
      advice: { code: 'check-grafana-scheme' },
    });
    expect((clock.monotonic() - begun) / 1000).toBeGreaterThan(2);
    expect((await run(clock, 'snapshots', '--json')).json).toEqual({ snapshots: [] });
  });
});

describe('dashkeep backup with a wrong address of Grafana', () => {
  async function refusal(url: string): Promise<unknown> {
    return run(fastClock(), 'backup', '--grafana-url', url).then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  it('names an address that refuses connections', async () => {
    const host = `127.0.0.1:${await freePort()}`;
    expect(await refusal(`http://${host}`)).toMatchObject({
      code: 'DK_GRAFANA_UNREACHABLE',
      message: expect.stringContaining(`${host} refuses connections (ECONNREFUSED)`),
    });
  });

  it('names a host that has no address', async () => {
    expect(await refusal('http://grafana.invalid:3000')).toMatchObject({
      message: expect.stringMatching(/grafana\.invalid cannot be resolved \((ENOTFOUND|EAI_AGAIN)\)/),
    });
  });

  it('names a port that speaks no TLS, and does not wait for it', async () => {
    const clock = fastClock();
    const pauses: number[] = [];
    const sleep: Clock['sleep'] = (milliseconds, signal) => {
      pauses.push(milliseconds);
      return clock.sleep(milliseconds, signal);
    };
    const backup = run({ ...clock, sleep }, 'backup', '--grafana-url', grafana.url.replace('http:', 'https:'));
    await expect(backup).rejects.toMatchObject({
      code: 'DK_GRAFANA_UNREACHABLE',
      message: expect.stringMatching(/127\.0\.0\.1:\d+ does not speak TLS: use http:\/\//),
    });
    // After that time it would be said that nothing responds.
    expect(pauses).toEqual([10_000]);
  });

  it('names a server whose certificate is not trusted', async () => {
    const server = createServer(makeCertificate(directory.path));
    try {
      const host = `127.0.0.1:${await portOf(server)}`;
      expect(await refusal(`https://${host}`)).toMatchObject({
        message: expect.stringContaining(`${host} has a certificate that is not trusted (`),
        hint: expect.stringContaining('DASHKEEP_GRAFANA_CA_FILE'),
      });
    } finally {
      server.close();
    }
  });

  it('names a server whose certificate is for another name, also to a server admin', async () => {
    const certificate = makeCertificate(directory.path, 'DNS:grafana.example.org');
    const server = createServer(certificate);
    try {
      const where = ['--target', `file://${directory.path}/repository`, '--state-dir', `${directory.path}/state`];
      const address = ['--grafana-url', `https://127.0.0.1:${await portOf(server)}`];
      const backup = ['backup', ...where, ...address, '--grafana-ca-file', certificate.caFile];
      const admin = { GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' };
      await expect(runCli(backup, admin, { clock: fastClock() })).rejects.toMatchObject({
        code: 'DK_GRAFANA_UNREACHABLE',
        message: expect.stringContaining('(ERR_TLS_CERT_ALTNAME_INVALID)'),
      });
    } finally {
      server.close();
    }
  });

  it.each([
    ['another web server', 404],
    ['a server that expects TLS', 400],
    ['a proxy that redirects to https', 308],
  ])('says that %s is not Grafana', async (_name, status) => {
    grafana.setFaults({ match: /./, action: { kind: 'status', status } });
    expect(await refusal(grafana.url)).toMatchObject({
      code: 'DK_GRAFANA_ANSWER',
      message: expect.stringContaining(`${grafana.url} does not respond like Grafana (HTTP ${status})`),
      hint: expect.stringContaining('GRAFANA_URL'),
    });
  });

  it('names a port that answers, but not as Grafana does', async () => {
    grafana.setFaults({ match: /./, action: { kind: 'status', status: 502 } });
    expect(await refusal(grafana.url)).toMatchObject({
      message: expect.stringMatching(/127\.0\.0\.1:\d+ responds with HTTP 502/),
    });
  });
});

describe('a proxy in front of Grafana that asks for its own credentials', () => {
  const refuseHealth = { match: /^GET \/api\/health/, action: { kind: 'status', status: 401 } } as const;

  it('is named beside the credentials', async () => {
    grafana.setFaults(refuseHealth);
    await expect(run(fastClock(), 'backup')).rejects.toMatchObject({
      code: 'DK_GRAFANA_UNAUTHORIZED',
      hint: expect.stringMatching(/token.* proxy .*GRAFANA_URL/),
    });
  });

  it.each([401, 403])('is no Grafana that is down, although its health is %s', async (status) => {
    const failing = { match: /playlists/, action: { kind: 'status', status: 502 } } as const;
    grafana.setFaults({ ...refuseHealth, action: { kind: 'status', status }, skip: 1 }, { ...failing, times: 2 });
    expect((await run(fastClock(), 'backup', '--kinds', 'playlist')).exit).toBe(0);
    grafana.setFaults({ ...refuseHealth, action: { kind: 'status', status }, skip: 1 }, failing);
    await expect(run(fastClock(), 'backup', '--kinds', 'playlist')).rejects.toThrow(/playlists: 502/);
  });
});

describe('dashkeep restore without --apply', () => {
  it('does not wait, for somebody looks at it', async () => {
    const clock = fastClock();
    await run(clock, 'backup');
    grafana.setFaults({ match: /./, action: { kind: 'cut' } });
    await expect(run(clock, 'restore', 'latest')).rejects.toThrow(/closed the connection/);
  });
});

it('a backup names the address of something that accepts connections and never responds, before it gives up', async () => {
  const silent = createTcpServer((socket) => socket.resume());
  const port = await portOf(silent);
  const said: string[] = [];
  const log = { ...silentLog, warn: (_: object, message: string) => void said.push(message) };
  const where = ['--target', `file://${directory.path}/repository`, '--state-dir', `${directory.path}/state`];
  const given = {
    GRAFANA_URL: `http://127.0.0.1:${port}`,
    ...{ GRAFANA_API_TOKEN: 'x', DASHKEEP_GRAFANA_TIMEOUT: '1500' },
  };
  await expect(runCli(['backup', ...where], given, { clock: fastClock(), log })).rejects.toMatchObject({
    code: 'DK_GRAFANA_UNREACHABLE',
  });
  expect(said[0]).toBe(`no response from http://127.0.0.1:${port} for 10 seconds; waiting up to 2 seconds for it`);
  silent.close();
});
