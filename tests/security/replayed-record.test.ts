import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../pkg/contract/runs.ts';
import { call } from '../simulator/http.ts';
import { runCli, type Ended } from '../support/cli.ts';
import { memoryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';

let grafana: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;
let runs: string;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  directory = await memoryDirectory();
  runs = join(directory.path, 'repository/runs');
});
afterEach(async () => {
  await grafana.close();
  await directory.remove();
});

async function api(route: string, body?: unknown) {
  const answer = await call(grafana, 'admin:admin', route, body);
  expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300);
  return answer.body;
}

const cli = (args: string[], signal?: AbortSignal): Promise<Ended> =>
  runCli(
    [...args, '--json', '--target', `file://${directory.path}/repository`, '--state-dir', `${directory.path}/state`],
    { GRAFANA_URL: grafana.url, GRAFANA_API_TOKEN: grafana.token() },
    signal === undefined ? {} : { signal },
  );

/** Applies a restore, with the words that its plan asks for. */
async function apply(snapshot: string, signal?: AbortSignal): Promise<void> {
  const { confirm } = (await cli(['restore', snapshot])).json as { confirm?: string };
  await cli(['restore', snapshot, '--apply', ...(confirm === undefined ? [] : ['--confirm', confirm])], signal);
}

async function backUp(): Promise<string> {
  const { json } = await cli(['backup']);
  return json.snapshot as string;
}

/** Restores, and returns what puts back an earlier, signed state of the record: what the bucket held meanwhile. */
async function restoreWatched(snapshot: string): Promise<() => void> {
  let kept: { file: string; text: string } | undefined;
  const timer = setInterval(() => {
    for (const file of existsSync(runs) ? readdirSync(runs).filter((name) => name.endsWith('.json')) : []) {
      try {
        const text = readFileSync(join(runs, file), 'utf8');
        const { kind, status, touched = [] } = JSON.parse(text) as RunRecord;
        if (kept === undefined && kind === 'restore' && status === 'running' && touched.length > 0) {
          kept = { file, text };
        }
      } catch {
        // It is being written.
      }
    }
  }, 1);
  await apply(snapshot);
  clearInterval(timer);
  const { file, text } = kept!;
  return () => writeFileSync(join(runs, file), text);
}

async function share(): Promise<void> {
  await api('POST /api/dashboards/db', { dashboard: { uid: 'secret', title: 'Secret', panels: [] } });
  await api('POST /api/dashboards/uid/secret/public-dashboards', { isEnabled: true, share: 'public' });
}

async function revoke(): Promise<void> {
  const shared = await api('GET /api/dashboards/uid/secret/public-dashboards');
  await api(`DELETE /api/dashboards/uid/secret/public-dashboards/${String(shared.uid)}`);
}

it('makes no dashboard public unsaid whose link was revoked before it was deleted', async () => {
  await share();
  const snapshot = await backUp();
  await revoke();
  await backUp();
  await api('DELETE /api/dashboards/uid/secret');
  expect((await cli(['restore', snapshot, '--only', 'dashboard/secret'])).json.confirm).toBeDefined();
});

/** The holder of the write key makes a restore that is complete look like one that goes on. */
describe('an earlier state of the record of a restore', () => {
  it('makes no dashboard public unsaid whose link was revoked since', async () => {
    await share();
    const snapshot = await backUp();
    await api('DELETE /api/dashboards/uid/secret');
    const replay = await restoreWatched(snapshot);
    await revoke();
    replay();
    expect((await cli(['restore', snapshot])).json.confirm).toBeDefined();
  });

  it('makes no other dashboard public unsaid that has the UID now', async () => {
    await share();
    const snapshot = await backUp();
    await api('DELETE /api/dashboards/uid/secret');
    const replay = await restoreWatched(snapshot);
    await revoke();
    await api('DELETE /api/dashboards/uid/secret');
    await api('POST /api/dashboards/db', { dashboard: { uid: 'secret', title: 'Salaries', panels: [] } });
    replay();
    expect((await cli(['restore', snapshot])).json.confirm).toBeDefined();
  });

  it('opens no folder unsaid that was closed since', async () => {
    await api('POST /api/folders', { uid: 'closed', title: 'closed' });
    await api('POST /api/folders/closed/permissions', { items: [] });
    await api('POST /api/folders', { uid: 'inner', title: 'inner', parentUid: 'closed' });
    await api('POST /api/folders/inner/permissions', { items: [{ role: 'Viewer', permission: 1 }] });
    const snapshot = await backUp();
    grafana.advance(1100);
    await api('DELETE /api/folders/inner?forceDeleteRules=true');
    const replay = await restoreWatched(snapshot);
    await api('POST /api/folders/inner/permissions', { items: [] });
    replay();
    for (const options of [[], ['--overwrite']]) {
      expect((await cli(['restore', snapshot, ...options])).json.confirm).toBeDefined();
    }
  });

  it('opens no folder unsaid that was closed since, as if Grafana had not set its permissions yet', async () => {
    await api('POST /api/folders', { uid: 'top', title: 'top' });
    const snapshot = await backUp();
    grafana.advance(1100);
    await api('DELETE /api/folders/top?forceDeleteRules=true');
    const replay = await restoreWatched(snapshot);
    await api('POST /api/folders/top/permissions', { items: [] });
    replay();
    expect((await cli(['restore', snapshot])).json.confirm).toBeDefined();
  });
});

it('to finish an interrupted restore makes no dashboard public unsaid whose link was revoked since', async () => {
  await share();
  const snapshot = await backUp();
  await api('DELETE /api/dashboards/uid/secret');
  const interrupt = new AbortController();
  grafana.clearRequests();
  const timer = setInterval(() => {
    if (JSON.stringify(grafana.writes()).includes('secret/public-dashboards')) {
      interrupt.abort(new Error('interrupted'));
    }
  }, 0);
  await apply(snapshot, interrupt.signal).catch(() => undefined);
  clearInterval(timer);
  await revoke();
  expect((await cli(['restore', snapshot])).json.confirm).toBeDefined();
});
