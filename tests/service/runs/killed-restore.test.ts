import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../support/ports.ts';
import { call, directory, grafana, services, setUp, start, startProcess } from './life.ts';
import { variants } from '../../support/budget.ts';

describe('a restore that did not end well', () => {
  setUp();

  /** Waits until the record of a run says what it touched. */
  const recorded = (id: string) =>
    eventually('its record', async () => {
      const names = await readdir(join(directory, 'target', 'runs'));
      const name = names.find((one) => one.startsWith(id));
      return name && (await readFile(join(directory, 'target', 'runs', name), 'utf8')).includes('touched')
        ? true
        : undefined;
    });

  it.each(variants(['finish', 'undo'] as const))('explains itself to the next service: %s', async (way) => {
    const { child, url } = await startProcess();
    const ended = (id: string) =>
      eventually('the run to end', async () => {
        const run = await call(url, 'GET', `/runs/${id}`);
        return run.finished === undefined ? undefined : run;
      });
    await ended((await call(url, 'POST', '/runs', { kind: 'backup' })).id);
    const { state } = grafana;
    const all = [...state.org(1).dashboards.keys()];
    const { items } = await call(url, 'GET', '/snapshots');
    all.slice(0, 4).forEach((uid) => state.org(1).dashboards.delete(uid));
    const request = { snapshot: items[0].id, selection: { type: 'kinds', kinds: ['folder', 'dashboard'] } };
    const plan = await call(url, 'POST', '/restores', request);
    expect(plan.counts.create).toBe(4);
    // The first one arrives; the answer to the others never comes.
    grafana.setFaults({ match: /^POST .*dashboard/, action: { kind: 'hang' }, skip: 1 });
    const run = await call(url, 'POST', `/restores/${plan.id}/apply`, {});
    await eventually('something to be written', async () => state.org(1).dashboards.size > all.length - 4 || undefined);
    await recorded(run.id);
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    grafana.setFaults();

    const service = await start();
    const dead = await eventually('the run to be known as interrupted', async () => {
      const { json } = await service.call('GET', `/runs/${run.id}`);
      return json.status === 'interrupted' ? json : undefined;
    });
    expect(dead).toMatchObject({
      failure: { code: 'DK_INTERRUPTED', why: { code: 'process-ended' } },
      planned: 4,
      counts: { planned: 4 },
      snapshot: expect.any(String),
      source: items[0].id,
      undoable: true,
      request,
    });
    expect(dead.touched).toHaveLength(4);
    // The page of the restore finds the run by the plan, which died with its service.
    expect((await service.call('GET', `/runs?search=${plan.id}&kind=restore`)).json.items[0]).toMatchObject({
      id: run.id,
    });

    const { json: next } =
      way === 'undo'
        ? await service.call('POST', `/runs/${run.id}/undo`)
        : await service.call('POST', '/restores', dead.request);
    const confirm = next.confirm === undefined ? {} : { confirm: next.confirm };
    const { json: second } = await service.call('POST', `/restores/${next.id}/apply`, confirm);
    expect(await service.ended(second.id)).toMatchObject({ status: 'complete' });
    expect([...state.org(1).dashboards.keys()].sort()).toEqual((way === 'undo' ? all.slice(4) : all).sort());
    // Its record is whole also when the next service has written its end.
    const kept = (await service.call('GET', `/runs/${run.id}`)).json;
    const undone = way === 'undo' || undefined;
    expect(kept).toMatchObject({ status: 'interrupted', planned: 4, undoable: !undone, continuedBy: second.id });
    const { items: runs } = (await service.call('GET', '/runs?kind=restore')).json;
    expect(runs.find(({ id }: { id: string }) => id === run.id)).toMatchObject({ continuedBy: second.id });
    expect(kept.undone).toBe(undone);
    expect(dead.continuedBy).toBeUndefined();
    // Who undoes what finished it has to know that this leaves the part before.
    const finishing = (await service.call('GET', `/runs/${second.id}`)).json;
    expect(finishing.finishes).toBe(way === 'finish' ? run.id : undefined);

    if (way === 'finish') {
      state.org(1).dashboards.delete(all[0]!);
      const { json: repeated } = await service.call('POST', '/restores', request);
      const { json: third } = await service.call('POST', `/restores/${repeated.id}/apply`, {});
      expect(await service.ended(third.id)).toMatchObject({ status: 'complete' });
      expect((await service.call('GET', `/runs/${third.id}`)).json.finishes).toBeUndefined();
      expect((await service.call('GET', `/runs/${run.id}`)).json.continuedBy).toBe(second.id);
    }
  });

  it.each(
    variants([
      ['before its first write', /^GET .*dashboard/, { counts: {} }],
      ['while it deleted', /^DELETE .*dashboard/, { counts: { planned: 1, written: 0, unchecked: 1 } }],
    ]),
  )('says what it undoes and how far it was, %s', async (when, match, expected) => {
    const { child, url } = await startProcess();
    const ended = (id: string) =>
      eventually('the run to end', async () => {
        const run = await call(url, 'GET', `/runs/${id}`);
        return run.finished === undefined ? undefined : run;
      });
    await ended((await call(url, 'POST', '/runs', { kind: 'backup' })).id);
    const { dashboards } = grafana.state.org(1);
    const [uid = ''] = dashboards.keys();
    dashboards.delete(uid);
    const { items } = await call(url, 'GET', '/snapshots');
    const selection = { type: 'kinds', kinds: ['dashboard'] };
    const plan = await call(url, 'POST', '/restores', { snapshot: items[0].id, selection });
    const restored = await ended((await call(url, 'POST', `/restores/${plan.id}/apply`, {})).id);
    const { id, confirm } = await call(url, 'POST', `/runs/${restored.id}/undo`);
    grafana.setFaults({ match, action: { kind: 'hang' } });
    const undo = await call(url, 'POST', `/restores/${id}/apply`, { confirm });
    await eventually('the undo to begin', async () => (await call(url, 'GET', `/runs/${undo.id}`)).progress);
    if (when === 'while it deleted') {
      await recorded(undo.id);
    }
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    grafana.setFaults();

    const service = await start();
    const dead = await eventually('the run to be known as interrupted', async () => {
      const { json } = await service.call('GET', `/runs/${undo.id}`);
      return json.status === 'interrupted' ? json : undefined;
    });
    expect(dead).toMatchObject({ undoes: restored.id, ...expected });
  });

  it('leads to the rest where a part failed, also after a restart', async () => {
    const service = await start();
    await service.ended((await service.call('POST', '/runs', { kind: 'backup' })).json.id);
    const { dashboards } = grafana.state.org(1);
    const [uid = '', other = ''] = dashboards.keys();
    [uid, other].forEach((one) => dashboards.delete(one));
    const { items } = (await service.call('GET', '/snapshots')).json;
    const request = { snapshot: items[0].id, selection: { type: 'kinds', kinds: ['dashboard'] } };
    const { json: plan } = await service.call('POST', '/restores', request);
    grafana.setFaults({ match: /^POST .*dashboard/, action: { kind: 'status', status: 400 }, skip: 1 });
    const { json: run } = await service.call('POST', `/restores/${plan.id}/apply`, {});
    expect(await service.ended(run.id)).toMatchObject({ status: 'partial', request });
    const { items: results } = (await service.call('GET', `/restores/${plan.id}/results`)).json;
    expect(results[0]).toMatchObject({ kind: 'dashboard', outcome: 'failed' });
    await services.pop()?.stop();
    const { json: again } = await (await start()).call('GET', `/runs/${run.id}`);
    expect(again).toMatchObject({ status: 'partial', request });
  });
});
