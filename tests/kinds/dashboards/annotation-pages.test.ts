import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { budget } from '../../support/budget.ts';
import { replaceAnnotations, replaceDashboards, textsOf, type Note } from '../../support/grafana/seed/annotations.ts';
import { kindOf } from '../../../pkg/grafana/kinds/registry.ts';
import type { Known, Listed } from '../../../pkg/grafana/kinds/kind.ts';
import { listed, testGrafana, type TestGrafana } from '../harness.ts';

let grafana: TestGrafana;
beforeAll(async () => void (grafana = await testGrafana({ profile: '12.4' })));
afterAll(() => grafana.close());

/** What a backup lists, and the requests for annotations that it takes. */
async function list(): Promise<{ texts: string[]; requests: number }> {
  const context = await grafana.admin();
  grafana.sim.clearRequests();
  const texts = (await listed('annotation', context)).map(({ title }) => title);
  const requests = grafana.sim.requests.filter(({ path }) => path.startsWith('/api/annotations')).length;
  return { texts: texts.sort(), requests };
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
    replaceDashboards(grafana.sim, dashboards);
    await fc.assert(
      fc.asyncProperty(fc.array(noteOn(dashboards), { maxLength: 200 }), async (notes) => {
        replaceAnnotations(grafana.sim, notes);
        const { texts, requests } = await list();
        expect(texts).toEqual(textsOf(notes));
        expect(requests).toBeLessThanOrEqual(most);
      }),
      { numRuns: budget(3, 12), seed: 7 },
    );
  });

  it('are all listed where more match than Grafana looks at dashboards in one go', async () => {
    replaceDashboards(grafana.sim, 1_500);
    const notes = Array.from({ length: 1_300 }, (_, index) => ({ on: index % 1_500, time: index, length: 0 }));
    notes.push(...Array.from({ length: 900 }, (_, index) => ({ on: 1_400, time: index, length: 0 })));
    replaceAnnotations(grafana.sim, notes);
    const { texts, requests } = await list();
    expect(texts).toEqual(textsOf(notes));
    expect(requests).toBeLessThan(20);
  });

  it('are all listed where more share one moment than Grafana looks at dashboards in one go', async () => {
    replaceDashboards(grafana.sim, 1_500);
    const notes = Array.from({ length: 1_300 }, (_, index) => ({ on: index, time: 0, length: 0 }));
    replaceAnnotations(grafana.sim, notes);
    expect((await list()).texts).toEqual(textsOf(notes));
  });

  it('take few requests where they lie apart', async () => {
    replaceDashboards(grafana.sim, 3_000);
    const notes = Array.from({ length: 500 }, (_, index) => ({
      on: Math.floor(index / 50) % 2 === 0 ? -1 : (index * 37) % 3_000,
      time: index * 1_000,
      length: 0,
    }));
    replaceAnnotations(grafana.sim, notes);
    const { texts, requests } = await list();
    expect(texts).toEqual(textsOf(notes));
    expect(requests).toBeLessThan(20);
  });

  it('are all listed after a snapshot that does not know where they are, such as one of an earlier release', async () => {
    replaceDashboards(grafana.sim, 2_500);
    const notes = Array.from({ length: 60 }, (_, index) => ({ on: index % 2 === 0 ? -1 : index * 41, time: index }));
    replaceAnnotations(grafana.sim, notes);
    const before = await listed('annotation', await grafana.admin());
    let relied = false;
    const known = (resources: Listed[]): Known => ({
      revision: () => undefined,
      size: resources.length,
      lastComplete: { at: new Date(), resources, rely: () => void (relied = true) },
    });
    const listAfter = async (resources: Listed[]): Promise<string[]> => {
      const titles = [];
      for await (const { title } of kindOf('annotation').list(await grafana.admin(), known(resources))) {
        titles.push(title);
      }
      return titles.sort();
    };
    expect(await listAfter(before.map(({ uid, title }) => ({ uid, title })))).toEqual(textsOf(notes));
    expect(relied).toBe(false);
    expect(await listAfter(before)).toEqual(textsOf(notes));
    expect(relied).toBe(true);
  });
});
