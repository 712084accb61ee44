import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dashboard } from '../../support/grafana/model/model.ts';
import { listed, testGrafana, type TestGrafana } from '../harness.ts';

const T0 = Date.parse('2026-03-01T00:00:00Z');
/** No dashboard has it: Grafana counts the annotation and shows it to no one. */
const GONE = 'gone';

interface Note {
  /** Number of the dashboard; -1 for the organization, undefined for a dashboard that is gone. */
  on: number | undefined;
  time: number;
  length: number;
}

let grafana: TestGrafana;
let sample: Dashboard;
beforeAll(async () => {
  grafana = await testGrafana({ profile: '12.4' });
  grafana.sim.seedDashboards({ count: 1, bytes: 100 });
  sample = [...grafana.sim.state.org(1).dashboards.values()][0]!;
});
afterAll(() => grafana.close());

function uidOf(index: number): string {
  return `d${String(index).padStart(5, '0')}`;
}

/** That many dashboards, by number in the order in which Grafana looks at them, and nothing else. */
function haveDashboards(count: number): void {
  const { dashboards, annotations } = grafana.sim.state.org(1);
  annotations.clear();
  dashboards.clear();
  for (let index = 0; index < count; index++) {
    const uid = uidOf(index);
    dashboards.set(uid, { ...sample, uid, title: uid, id: index + 1, folderUid: '' });
  }
}

function haveNotes(notes: readonly Note[]): void {
  const { annotations } = grafana.sim.state.org(1);
  annotations.clear();
  notes.forEach(({ on, time, length }, index) => {
    annotations.set(index + 1, {
      id: index + 1,
      dashboardUid: on === undefined ? GONE : on < 0 ? '' : uidOf(on),
      panelId: 0,
      userId: 1,
      login: 'admin',
      time: T0 + time,
      timeEnd: T0 + time + length,
      text: `note ${index}`,
      tags: [],
      data: {},
      alertName: '',
      created: T0,
      updated: T0,
    });
  });
}

/** What a backup lists, and the requests for annotations that it takes. */
async function list(): Promise<{ texts: string[]; requests: number }> {
  const context = await grafana.admin();
  grafana.sim.clearRequests();
  const texts = (await listed('annotation', context)).map(({ title }) => title);
  const requests = grafana.sim.requests.filter(({ path }) => path.startsWith('/api/annotations')).length;
  return { texts: texts.sort(), requests };
}

function textsOf(notes: readonly Note[]): string[] {
  return notes.flatMap(({ on }, index) => (on === undefined ? [] : [`note ${index}`])).sort();
}

/** Few moments, so that many annotations share one; some last long enough to overlap most others. */
function noteOn(dashboards: number): fc.Arbitrary<Note> {
  return fc.record({
    on: fc.oneof(
      { weight: 4, arbitrary: fc.constant(-1) },
      { weight: 4, arbitrary: fc.integer({ min: 0, max: dashboards - 1 }) },
      { weight: 1, arbitrary: fc.constant(undefined) },
    ),
    time: fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 1_000_000 })),
    length: fc.oneof(
      { weight: 8, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 1_000_000 }) },
    ),
  });
}

describe('annotations of an organization and of dashboards', () => {
  it.each([
    { dashboards: 800, most: 4 },
    { dashboards: 1_700, most: 4 },
    { dashboards: 2_300, most: 2_320 },
  ])('are all listed, of $dashboards dashboards with at most $most requests', async ({ dashboards, most }) => {
    haveDashboards(dashboards);
    await fc.assert(
      fc.asyncProperty(fc.array(noteOn(dashboards), { maxLength: 200 }), async (notes) => {
        haveNotes(notes);
        const { texts, requests } = await list();
        expect(texts).toEqual(textsOf(notes));
        expect(requests).toBeLessThanOrEqual(most);
      }),
      { numRuns: 12, seed: 7 },
    );
  });

  it('are all listed where more match than Grafana looks at dashboards in one go', async () => {
    haveDashboards(1_500);
    const notes = Array.from({ length: 1_300 }, (_, index) => ({ on: index % 1_500, time: index, length: 0 }));
    notes.push(...Array.from({ length: 900 }, (_, index) => ({ on: 1_400, time: index, length: 0 })));
    haveNotes(notes);
    const { texts, requests } = await list();
    expect(texts).toEqual(textsOf(notes));
    expect(requests).toBeLessThan(20);
  });

  it('are all listed where more share one moment than Grafana looks at dashboards in one go', async () => {
    haveDashboards(1_500);
    const notes = Array.from({ length: 1_300 }, (_, index) => ({ on: index, time: 0, length: 0 }));
    haveNotes(notes);
    expect((await list()).texts).toEqual(textsOf(notes));
  });

  it('take few requests where they lie apart', async () => {
    haveDashboards(3_000);
    const notes = Array.from({ length: 500 }, (_, index) => ({
      on: Math.floor(index / 50) % 2 === 0 ? -1 : (index * 37) % 3_000,
      time: index * 1_000,
      length: 0,
    }));
    haveNotes(notes);
    const { texts, requests } = await list();
    expect(texts).toEqual(textsOf(notes));
    expect(requests).toBeLessThan(20);
  });
});
