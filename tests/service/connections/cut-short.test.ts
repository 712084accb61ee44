import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli, type Ended } from '../../support/cli.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { eventually } from '../../support/ports.ts';
import { startWebhook, type Webhook } from '../../support/webhook.ts';
import { call, directory, grafana, setUp, start, startProcess } from '../runs/life.ts';

/** A send to another Grafana that ends early: its full record is in the repository of the connection. */
describe('a send that did not end well', () => {
  setUp();
  let production: Simulator;
  let webhook: Webhook;
  let environment: Record<string, string>;
  let shown: string;
  beforeEach(async () => {
    production = await startGrafana({ profile: '13.2' });
    webhook = await startWebhook();
    environment = {
      DASHKEEP_CONNECTION_PRODUCTION_URL: production.url,
      DASHKEEP_CONNECTION_PRODUCTION_TOKEN: production.token({ role: 'Admin' }),
      DASHKEEP_WEBHOOK_URL: webhook.url,
    };
  });
  afterEach(() => Promise.all([production.close(), webhook.close()]));

  function cli(...args: string[]): Promise<Ended> {
    shown = '';
    const stderr = { write: (text: string) => (shown += text) } as unknown as NodeJS.WriteStream;
    const admin = { GRAFANA_URL: grafana.url, GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' };
    const where = { DASHKEEP_TARGET: `file://${directory}/target`, DASHKEEP_STATE_DIR: `${directory}/state` };
    return runCli(args, { ...admin, ...where, ...environment }, { stderr });
  }

  it('is finished from the app, also in the repository of the connection', async () => {
    const service = await start(environment);
    production.setFaults({ match: /^POST .*dashboards/, action: { kind: 'status', status: 401 }, skip: 3 });
    const id = await send(service.url);
    expect(await service.ended(id)).toMatchObject({ status: 'failed' });
    production.setFaults();
    const { json } = await service.call('GET', `/runs/${id}`);
    const { json: plan } = await service.call('POST', '/restores', json.request);
    const { json: finish } = await service.call('POST', `/restores/${plan.id}/apply`, { confirm: plan.confirm });
    expect(await service.ended(finish.id)).toMatchObject({ status: 'complete' });
    const below = `file://${directory}/target/connections/production`;
    for (const where of [[], ['--target', below]]) {
      expect((await cli('runs', id, ...where)).out).toContain(`finished by: ${finish.id}`);
      await cli('runs', ...where);
      expect(shown).not.toMatch(/did not finish|is not complete/);
    }
  });

  /** Starts to send six dashboards in two folders. @returns the ID of the run */
  async function send(url: string): Promise<string> {
    const { id: made } = await call(url, 'POST', '/runs', { kind: 'backup' });
    const { snapshot } = await eventually('the backup to end', async () => {
      const run = await call(url, 'GET', `/runs/${made}`);
      return run.finished === undefined ? undefined : run;
    });
    const selection = { type: 'kinds', kinds: ['folder', 'dashboard'] };
    const request = { snapshot, selection, options: { to: { connection: 'production' } } };
    const plan = await call(url, 'POST', '/restores', request);
    return (await call(url, 'POST', `/restores/${plan.id}/apply`, { confirm: plan.confirm })).id;
  }

  it('says how far it came, and how to finish and undo it', async () => {
    const service = await start(environment);
    production.setFaults({ match: /^POST .*dashboards/, action: { kind: 'status', status: 401 }, skip: 3 });
    const id = await send(service.url);
    expect(await service.ended(id)).toMatchObject({ status: 'failed' });
    production.setFaults();
    const [told] = await webhook.took(1);
    expect(told).toMatchObject({ event: 'failed', text: expect.stringMatching(/Of 8 resources .* were written/) });

    await cli('runs');
    const listed = shown;
    expect(listed).toMatch(/^Restore \S+ to connection production did not finish: [1-7] of 8 resources/);
    expect(listed).toContain(`dashkeep runs ${id} --target <target>/connections/production\n`);
    expect(listed).toContain('To finish it: open it in the app, under History\n');
    expect((await cli('runs', id)).out).toContain(listed);
    const below = `file://${directory}/target/connections/production`;
    const there = (await cli('runs', id, '--target', below)).out;
    expect(there).toMatch(
      /did not finish: [1-7] of 8 .*\n.*\nTo finish it: open it in the app, under History \(snapshot/,
    );
    const [, undo = ''] = /To undo it: dashkeep (.+)/.exec(listed) ?? [];
    expect(there).toContain(undo);
    expect(await cli(...undo.split(' '), '--confirm', 'Main Org.')).toMatchObject({ exit: 0 });
    expect(production.state.org(1).dashboards.size).toBe(0);
  });

  it('does not say that nothing was written when the service was killed', async () => {
    const { child, url } = await startProcess(environment);
    production.setFaults({ match: /^POST .*dashboards/, action: { kind: 'hang' }, skip: 3 });
    const id = await send(url);
    const { dashboards } = production.state.org(1);
    await eventually('something to be written', () => dashboards.size > 2 || undefined);
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    production.setFaults();
    const service = await start(environment);
    expect(await service.ended(id)).toMatchObject({ status: 'interrupted', planned: 8 });
    await eventually('its record', () => cli('runs', id).catch(() => undefined));

    await cli('runs');
    expect(shown).toMatch(
      /^Restore \S+ to connection production is not complete\.\n.*\nTo finish it: .*\nTo undo it: /,
    );
    expect((await cli('runs', id)).out).toContain(shown);
    // A record is kept there before anything is written.
    const runs = join(directory, 'target', 'connections', 'production', 'runs');
    await Promise.all((await readdir(runs)).map((name) => rm(join(runs, name))));
    const { status, json } = await service.call('POST', `/runs/${id}/undo`);
    expect([status, json.error.hint]).toEqual([404, expect.stringContaining('there is nothing to undo: start it')]);
  });
});
