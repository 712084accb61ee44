import { classicText } from '../../tests/support/grafana/seed/panels.ts';
import { eachAtOnce } from '../tools/bare.ts';
import type { RealGrafana } from './grafana.ts';

const FOLDERS_PER_DASHBOARD = 0.06;
/** More concurrent writes make SQLite slower, not faster. */
const WRITES_AT_ONCE = 3;
const SCHEMA_VERSION = 39;
const PREFIX = 'bench-';
/** Of the tests on a real Grafana, which fill the other kinds. */
const KINDS_PREFIX = 'real-';

/** Uid of a dashboard that the bench made. */
export function benchUid(index: number): string {
  return `${PREFIX}${index}`;
}

/**
 * Fills an empty Grafana with dashboards of about that many characters, nine of ten in folders. One that already has as
 * many is left as it is.
 * @throws when there are others: people's dashboards are not for measuring.
 */
export async function fill(grafana: RealGrafana, dashboards: number, bytes: number): Promise<void> {
  const present = await grafana.uids();
  const others = present.filter((uid) => !uid.startsWith(PREFIX) && !uid.startsWith(KINDS_PREFIX));
  if (others.length > 0) {
    throw new Error(
      `${grafana.url} has ${others.length} dashboards that the bench did not make. Use a disposable Grafana.`,
    );
  }
  const have = new Set(present);
  const missing = Array.from({ length: dashboards }, (_, index) => index).filter((index) => !have.has(benchUid(index)));
  if (missing.length === 0) {
    return;
  }
  const folders = Math.ceil(dashboards * FOLDERS_PER_DASHBOARD);
  await eachAtOnce(
    1,
    Array.from({ length: folders }, (_, index) => index),
    async (index) => {
      const body = JSON.stringify({ uid: `${PREFIX}folder-${index}`, title: `Bench folder ${index}` });
      const { status, text } = await grafana.ask('POST', '/api/folders', body);
      if (status >= 300 && status !== 409 && status !== 412) {
        throw new Error(`POST /api/folders: ${status} ${text}`);
      }
    },
  );
  let done = 0;
  await eachAtOnce(WRITES_AT_ONCE, missing, async (index) => {
    await saveDashboard(grafana, index, bytes, folders, 0);
    if (++done % 250 === 0) {
      console.error(`filled ${done} of ${missing.length} dashboards`);
    }
  });
}

/** Edits every so-many-th dashboard, so that this many are changed. */
export async function edit(
  grafana: RealGrafana,
  count: number,
  all: number,
  bytes: number,
  round: number,
): Promise<void> {
  const step = Math.max(1, Math.floor(all / count));
  const folders = Math.ceil(all * FOLDERS_PER_DASHBOARD);
  const chosen = Array.from({ length: count }, (_, index) => index * step);
  await eachAtOnce(WRITES_AT_ONCE, chosen, (index) => saveDashboard(grafana, index, bytes, folders, round));
}

async function saveDashboard(
  grafana: RealGrafana,
  index: number,
  bytes: number,
  folders: number,
  round: number,
): Promise<void> {
  const title = round === 0 ? `Bench ${index}` : `Bench ${index}, edited ${round} times`;
  const text = classicText({ seed: index, bytes, title, tags: ['bench'], schemaVersion: SCHEMA_VERSION });
  const dashboard = `{"uid":"${benchUid(index)}",${text.slice(1)}`;
  const folder = index % 10 === 9 ? '' : `,"folderUid":"${PREFIX}folder-${index % folders}"`;
  await grafana.call('POST', '/api/dashboards/db', `{"dashboard":${dashboard}${folder},"overwrite":true}`);
}
