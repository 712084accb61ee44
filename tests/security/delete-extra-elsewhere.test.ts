import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { runCli, type Ended } from '../support/cli.ts';
import { temporaryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { removeDirectory, startService } from '../support/service.ts';

/*
 * Stage is sent to production under other UIDs, or into folders of production, and what production has too much is to
 * be deleted. By chance, or by someone's choice, production has its own folder under the UID of the one that is sent.
 */

let stage: Simulator;
let production: Simulator;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let environment: Record<string, string>;

// Tests look into answers freely.
// oxlint-disable-next-line typescript/no-explicit-any
async function api(grafana: Simulator, route: string, body?: unknown): Promise<any> {
  const answer = await call(grafana, 'admin:admin', route, body, { 'x-disable-provenance': 'true' });
  expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300);
  return answer.body;
}

const folder = (grafana: Simulator, uid: string, title: string, parentUid?: string): Promise<unknown> =>
  api(grafana, 'POST /api/folders', { uid, title, parentUid });
const board = (grafana: Simulator, uid: string, title: string, folderUid: string): Promise<unknown> =>
  api(grafana, 'POST /api/dashboards/db', { dashboard: { uid, title, panels: [] }, folderUid });

beforeEach(async () => {
  stage = await startGrafana({ profile: '12.4' });
  production = await startGrafana({ profile: '12.4' });
  [stage, production].forEach((one) => one.wipe());
  directory = await temporaryDirectory();
  environment = {
    GRAFANA_URL: stage.url,
    GRAFANA_API_TOKEN: stage.token({ role: 'Admin' }),
    DASHKEEP_TARGET: `file://${directory.path}/repository`,
    DASHKEEP_STATE_DIR: `${directory.path}/state`,
    DASHKEEP_CONNECTION_PRODUCTION_URL: production.url,
    DASHKEEP_CONNECTION_PRODUCTION_TOKEN: production.token({ role: 'Admin' }),
  };
  await folder(stage, 'team', 'Stage team');
  await board(stage, 'a', 'A', 'team');
  await folder(production, 'team', 'Production finance');
  await board(production, 'own', 'Own', 'team');
  await folder(production, 'from-stage', 'From stage');
  await board(production, 'old', 'Old', 'from-stage');
});
afterEach(async () => {
  await Promise.all([stage.close(), production.close()]);
  await directory.remove();
});

const migrate = (...args: string[]): Promise<Ended> =>
  runCli(['migrate', '--to', 'production', '--json', ...args], environment);
const send = (...args: string[]): Promise<Ended> => migrate('--from', 'live', '--delete-extra', ...args);

async function mapping(text: string): Promise<string[]> {
  await writeFile(`${directory.path}/mapping.yaml`, text);
  return ['--mapping', `${directory.path}/mapping.yaml`];
}

const deleted = ({ json }: Ended): string[] =>
  json.plan
    .filter(({ action }: { action: string }) => action === 'delete')
    .map(({ kind, uid }: { kind: string; uid: string }) => `${kind}/${uid}`);

async function boards(): Promise<string[]> {
  const found = (await api(production, 'GET /api/search?type=dash-db')) as { title: string; folderTitle: string }[];
  return found.map(({ title, folderTitle }) => `${title} in ${folderTitle}`).sort();
}

describe('a folder that is sent', () => {
  it('under a new UID deletes nothing in the folder that has the old one', async () => {
    const plan = await send('--folder', 'team', '--new-uids', '--apply');
    expect(deleted(plan)).toEqual([]);
    expect(await boards()).toEqual(['A in Stage team', 'Old in From stage', 'Own in Production finance']);
  });

  it('into another folder deletes what is in that one, asks for its title, and can be undone', async () => {
    const args = ['--folder', 'team', ...(await mapping('folder: { team: from-stage }'))];
    const plan = await send(...args);
    expect([plan.json.confirm, deleted(plan)]).toEqual(['From stage', ['dashboard/old']]);
    await expect(send(...args, '--apply', '--confirm', 'Stage team')).rejects.toMatchObject({
      code: 'DK_CONFIRMATION',
    });
    const applied = await send(...args, '--apply', '--confirm', 'From stage');
    expect(await boards()).toEqual(['A in From stage', 'Own in Production finance']);
    await migrate('--undo', applied.json.run, '--apply', '--confirm', 'Main Org.');
    expect(await boards()).toEqual(['Old in From stage', 'Own in Production finance']);
  });

  it('from the page deletes nothing in the folder that has its UID', async () => {
    const { DASHKEEP_TARGET: _, DASHKEEP_STATE_DIR: __, ...connection } = environment;
    const service = await startService({ grafanaUrl: stage.url, environment: connection });
    const begun = await service.call('POST', '/runs', { kind: 'backup' });
    const snapshot = String((await service.ended(String(begun.json.id)))['snapshot']);
    const planned = await service.call('POST', '/restores', {
      snapshot,
      selection: { type: 'folder', org: 1, uid: 'team' },
      options: { deleteExtra: true, to: { connection: 'production', replace: { folder: { team: 'from-stage' } } } },
    });
    const items = await service.call('GET', `/restores/${planned.json.id}/items?action=delete`);
    await service.stop();
    await removeDirectory(service.directory);
    expect(planned.json.confirm).toBe('From stage');
    expect(items.json.items).toMatchObject([{ kind: 'dashboard', uid: 'old', folder: 'From stage' }]);
  });

  it('names each folder of the other Grafana from which it deletes', async () => {
    await folder(stage, 'below', 'Below', 'team');
    await board(stage, 'b', 'B', 'below');
    const plan = await send('--folder', 'team', '--new-uids', ...(await mapping('folder: { below: from-stage }')));
    expect([plan.json.confirm, deleted(plan)]).toEqual(['From stage', ['dashboard/old']]);
  });

  it('keeps the alert rules of another folder that goes to the same one', async () => {
    await folder(stage, 'second', 'Second');
    const rules = [
      {
        ...{ uid: 'r', title: 'r', condition: 'A', for: '5m', noDataState: 'OK', execErrState: 'OK' },
        ...{ folderUID: 'second', ruleGroup: 'down', orgID: 1, labels: {}, annotations: {} },
        data: [
          {
            ...{ refId: 'A', datasourceUid: '__expr__', relativeTimeRange: { from: 600, to: 0 } },
            model: { type: 'math', expression: '1' },
          },
        ],
      },
    ];
    const group = { title: 'down', folderUid: 'second', interval: 60, rules };
    await api(stage, 'PUT /api/v1/provisioning/folder/second/rule-groups/down', group);
    const both = await mapping('folder: { team: from-stage, second: from-stage }');
    await migrate('--from', 'live', '--folder', 'second', ...both, '--apply');
    await api(production, 'GET /api/v1/provisioning/folder/from-stage/rule-groups/down');
    expect(deleted(await send('--folder', 'team', ...both))).toEqual(['dashboard/old']);
  });

  it('is kept in sync under a new UID: what stage deleted goes, what production made stays', async () => {
    const promote = ['--folder', 'team', '--new-uids', '--promote'];
    await board(stage, 'b', 'B', 'team');
    await send(...promote, '--apply');
    await api(stage, 'DELETE /api/dashboards/uid/b');
    const [{ uid }] = await api(production, 'GET /api/search?type=dash-folder&query=Stage+team');
    await board(production, 'more', 'More', uid);
    const plan = await send(...promote);
    expect([plan.json.confirm, deleted(plan)]).toEqual(['Stage team', [expect.stringMatching(/^dashboard\//)]]);
    await send(...promote, '--apply', '--confirm', 'Stage team');
    expect(await boards()).toEqual([
      ...['A in Stage team', 'More in Stage team', 'Old in From stage', 'Own in Production finance'],
    ]);
  });
});

it('deletes nothing that stands in for something of stage', async () => {
  const timing = (name: string): object => ({ name, time_intervals: [{ years: ['2030'] }] });
  for (const [grafana, point, quiet] of [
    [stage, 'ops', 'nights'],
    [production, 'on-call', 'weekends'],
  ] as const) {
    const settings = { addresses: `${point}@example.org` };
    await api(grafana, 'POST /api/v1/provisioning/contact-points', { name: point, type: 'email', settings });
    await api(grafana, 'POST /api/v1/provisioning/mute-timings', timing(quiet));
  }
  await api(production, 'POST /api/v1/provisioning/mute-timings', timing('extra'));
  const text = [
    'folder: { general: from-stage }',
    'contact-point: { ops: on-call }',
    'mute-timing: { nights: weekends }',
  ];
  const plan = await send('--kinds', 'folder,contact-point,mute-timing', ...(await mapping(text.join('\n'))));
  expect(deleted(plan)).toEqual(['mute-timing/extra']);
});
