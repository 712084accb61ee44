import { describe, expect, it } from 'vitest';
import { eventually } from '../../support/ports.ts';
import type { TestResponse } from '../../support/service.ts';
import { grafana, service, setUp, snapshot } from './harness.ts';

const PERMISSIONS = 'GET /api/access-control/dashboards/*';

/** Asks until it is so. */
async function until(path: string, isSo: (json: TestResponse['json']) => boolean): Promise<TestResponse['json']> {
  return eventually(path, async () => {
    const { status, json } = await service.call('GET', path);
    expect(status).toBe(200);
    return isSo(json) ? json : undefined;
  });
}

function permissionsRead(): number {
  return grafana.requests.filter(({ path }) => path.startsWith('/api/access-control/dashboards/')).length;
}

describe('reading live in the background', () => {
  setUp();

  it('shows the first differences before permissions are read, to all who ask, and reads once', async () => {
    const { json: list } = await service.call('GET', `/snapshots/${snapshot}/resources?kind=dashboard`);
    const { uid } = list.items[0];
    await fetch(`${grafana.url}/api/dashboards/uid/${uid}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${grafana.token()}` },
    });
    const release = grafana.hold(PERMISSIONS);
    grafana.clearRequests();
    const path = `/diff?from=${snapshot}&to=live&partial=true`;

    const isGone = (item: TestResponse['json']): boolean => item.kind === 'dashboard' && item.uid === uid;
    const first = await until(path, ({ items }) => items.some(isGone));
    expect(first.reading.pending).toContain('dashboard-permissions');
    expect(first.items.find(isGone)).toMatchObject({ change: 'removed' });
    const wholeAnswer = service.call('GET', `/diff?from=${snapshot}&to=live`);
    release();
    const [whole, { json: waited }] = await Promise.all([
      until(path, ({ reading }) => reading === undefined),
      wholeAnswer,
    ]);

    expect(whole.items).toEqual(waited.items);
    expect(whole.items.map(({ kind }: { kind: string }) => kind)).toContain('dashboard-permissions');
    expect(permissionsRead()).toBe(list.total - 1);
  });

  it('makes one plan for all who ask for the same, and says how far it is', async () => {
    const release = grafana.hold(PERMISSIONS);
    const body = { snapshot, selection: { type: 'everything' }, options: { overwrite: true, readEverything: true } };

    const [one, other] = await Promise.all([
      service.call('POST', '/restores?wait=false', body),
      service.call('POST', '/restores?wait=false', body),
    ]);

    expect(one.status).toBe(201);
    expect(one.json).toMatchObject({ state: 'planning', counts: { create: 0 } });
    expect(other.json.id).toBe(one.json.id);
    expect((await service.call('POST', `/restores/${one.json.id}/apply`, {})).json.error.code).toBe('DK_BUSY');
    const seen = await until(`/restores/${one.json.id}`, ({ progress }) => progress?.step?.name === 'planning');
    expect(seen.progress.step.total).toBeGreaterThan(10);
    release();
    const plan = await until(`/restores/${one.json.id}`, ({ state }) => state === 'planned');
    const { json: direct } = await service.call('POST', '/restores', body);
    expect(plan).not.toHaveProperty('progress');
    expect(plan.counts).toEqual(direct.counts);
  });

  it('plans the way back of a restore as well, once for all, apart from a plan of the same snapshot', async () => {
    const { json: made } = await service.call('POST', '/restores', { snapshot, selection: { type: 'everything' } });
    const { json: started } = await service.call('POST', `/restores/${made.id}/apply`, {});
    const run = await service.ended(started.id);
    expect(run).toMatchObject({ status: 'complete', undoable: true });
    const release = grafana.hold('GET /apis/*');
    const undo = `/runs/${run['id']}/undo?wait=false`;
    const same = {
      snapshot: run['snapshot'],
      selection: { type: 'everything' },
      options: { overwrite: true, includeManaged: true },
    };

    const [plan, one, other] = await Promise.all([
      service.call('POST', '/restores?wait=false', same),
      service.call('POST', undo),
      service.call('POST', undo),
    ]);

    expect(one.json).toMatchObject({ state: 'planning', undoes: run['id'], progress: { phase: expect.any(String) } });
    expect(other.json.id).toBe(one.json.id);
    expect(plan.json.id).not.toBe(one.json.id);
    release();
    const planned = await until(`/restores/${one.json.id}`, ({ state }) => state === 'planned');
    const { json: direct } = await service.call('POST', `/runs/${run['id']}/undo`);
    expect(planned).toMatchObject({ undoes: run['id'], counts: direct.counts, confirm: direct.confirm });
    expect(planned.counts.delete).toBeGreaterThan(0);
  });

  it('gives the error of a plan that failed to who asks for it', async () => {
    grafana.setFaults({ match: 'GET /apis/dashboard*', action: { kind: 'status', status: 403 } });
    const body = { snapshot, selection: { type: 'everything' }, options: { deleteExtra: true } };

    const { json } = await service.call('POST', '/restores?wait=false', body);
    for (let status = 200; status === 200;) {
      const answer = await service.call('GET', `/restores/${json.id}`);
      ({ status } = answer);
      if (status !== 200) {
        expect(answer.json.error.code).toBe('DK_GRAFANA_FORBIDDEN');
      }
    }
    // A page asks more than once, and is opened again.
    const again = await service.call('GET', `/restores/${json.id}`);
    expect(again.json.error.code).toBe('DK_GRAFANA_FORBIDDEN');
    grafana.setFaults();
  });
});
