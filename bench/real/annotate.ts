import { eachAtOnce } from '../tools/bare.ts';
import { benchUid } from './fill.ts';
import type { RealGrafana } from './grafana.ts';

const ANNOTATIONS_PER_DASHBOARD = 1 / 6;
const WRITES_AT_ONCE = 3;
const HOUR = 3_600_000;
const TAG = 'bench';
/** Every so-many-th of the organization lasts a day and overlaps others. */
const LONG = 24;
/** Prime, so that dashboards come in no order that Grafana has them in. */
const STEP = 7919;

/**
 * Adds an annotation for every sixth dashboard, each an hour after the one before: one of the organization and one of a
 * dashboard in turn, which is when Grafana's list shows the fewest of them. Those that the bench made before count.
 */
export async function annotate(grafana: RealGrafana, dashboards: number): Promise<void> {
  const count = Math.ceil(dashboards * ANNOTATIONS_PER_DASHBOARD);
  const present = await made(grafana);
  const missing = Array.from({ length: Math.max(0, count - present) }, (_, index) => present + index);
  const begin = Date.now() - count * HOUR;
  await eachAtOnce(WRITES_AT_ONCE, missing, async (index) => {
    const time = begin + index * HOUR;
    const isOfOrganization = index % 2 === 0;
    const place = isOfOrganization ? {} : { dashboardUID: benchUid((index * STEP) % dashboards), panelId: 1 };
    const timeEnd = isOfOrganization && index % LONG === 0 ? time + 24 * HOUR : time;
    const body = { ...place, time, timeEnd, text: `Bench annotation ${index}`, tags: [TAG] };
    await grafana.call('POST', '/api/annotations', JSON.stringify(body));
  });
}

async function made(grafana: RealGrafana): Promise<number> {
  const answer = (await grafana.call('GET', `/api/annotations/tags?tag=${TAG}`)) as {
    result: { tags: { tag: string; count: number }[] };
  };
  return answer.result.tags.find(({ tag }) => tag === TAG)?.count ?? 0;
}
