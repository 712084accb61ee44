import { rm } from 'node:fs/promises';
import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import { listening, type Listening } from '../../support/servers/listening.ts';
import { openTestStore } from '../../support/s3/open-store.ts';
import { startS3Server, type S3Server } from '../../support/s3/server.ts';

let s3: S3Server;
let proxy: Listening;

beforeEach(async () => {
  s3 = await startS3Server();
  proxy = await listening((incoming, response) => {
    const { method, url: path, headers } = incoming;
    const forwarded = request({ port: s3.port, host: '127.0.0.1', method, path, headers }, (answer) => {
      delete answer.headers.date;
      response.sendDate = false;
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(forwarded);
  });
});

afterEach(async () => {
  await proxy.close();
  await s3.close();
});

describe('a server whose responses have no date', () => {
  it('is named with what may remove it', async () => {
    const store = await openTestStore(s3, { environment: { DASHKEEP_S3_ENDPOINT: proxy.url } });

    const asked = store.clock();

    await expect(asked).rejects.toMatchObject({
      code: 'DK_STORE_FAILED',
      message: expect.stringContaining('responses without a date'),
      hint: expect.stringContaining('a proxy in front of the storage removes the Date header'),
    });
    await store.close();
  });

  it('is copied to without --ignore-clock', async () => {
    const grafana = await startGrafana({ profile: '13.2' });
    const { path, remove } = await memoryDirectory();
    const environment = {
      GRAFANA_URL: grafana.url,
      GRAFANA_API_TOKEN: grafana.token(),
      DASHKEEP_TARGET: `file://${path}/repository`,
      DASHKEEP_STATE_DIR: `${path}/state`,
      ...s3.environment,
      DASHKEEP_S3_ENDPOINT: proxy.url,
    };
    const { snapshot } = (await runCli(['backup', '--json'], environment)).json;
    const { exit, json } = await runCli(['copy', 's3://test/copy', '--json'], environment);
    expect([exit, json.copied]).toEqual([0, [snapshot]]);
    await grafana.close();
    await remove();
  });

  it('is backed up to and restored from with --ignore-clock', async () => {
    const grafana = await startGrafana({ profile: '13.2' });
    grafana.seedDashboards({ count: 1 });
    const { dashboards } = grafana.state.org(1);
    const { path } = await memoryDirectory();
    const environment = {
      GRAFANA_URL: grafana.url,
      GRAFANA_API_TOKEN: grafana.token(),
      DASHKEEP_TARGET: 's3://test/dashkeep',
      DASHKEEP_STATE_DIR: `${path}/state`,
      ...s3.environment,
      DASHKEEP_S3_ENDPOINT: proxy.url,
    };
    await expect(runCli(['backup'], environment)).rejects.toMatchObject({ code: 'DK_STORE_FAILED' });
    const goingOn = { ...environment, DASHKEEP_IGNORE_CLOCK: 'true' };

    expect((await runCli(['backup'], goingOn)).exit).toBe(0);
    expect((await runCli(['backup'], goingOn)).exit).toBe(0);
    const [uid = ''] = dashboards.keys();
    dashboards.delete(uid);
    const restore = ['restore', 'latest', '--only', `dashboard/${uid}`, '--apply', '--json'];
    expect((await runCli(restore, goingOn)).json.results[0]).toMatchObject({ uid, outcome: 'verified' });

    await grafana.close();
    await rm(path, { recursive: true, force: true });
  });
});
