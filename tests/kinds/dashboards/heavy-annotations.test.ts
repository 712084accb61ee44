import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { replaceAnnotations, replaceDashboards } from '../../support/grafana/seed/annotations.ts';
import { budget } from '../../support/budget.ts';
import { kindOf } from '../../../pkg/grafana/kinds/registry.ts';
import type { Known, Listed } from '../../../pkg/grafana/kinds/kind.ts';
import { listed, testGrafana, type TestGrafana } from '../harness.ts';

/** All limits of memory are an eighth: what takes seconds to read proves no more. */
vi.mock('../../../pkg/lib/memory/part-of-heap.ts', () => ({ partOfHeap: (_: number, mib: number) => mib * 131_072 }));

let grafana: TestGrafana;
beforeAll(async () => void (grafana = await testGrafana({ profile: '12.4' })));
afterAll(() => grafana.close());

/** A list may take 6 MiB, and one annotation 1 MiB. */
const HEAVY = 'x'.repeat(112_500);
const TOO_HEAVY = 'x'.repeat(2_000_000);
const annotation = kindOf('annotation');
const nothingKnown: Known = { revision: () => undefined, size: 0 };

describe('annotations of one moment that together take too much memory', () => {
  const onDashboards = Array.from({ length: 60 }, (_, index) => ({ on: index % 2, time: 0, text: HEAVY }));
  const later = { on: -1, time: 1_000, text: 'later' };
  const ofOrganization = Array.from({ length: 10 }, () => ({ on: -1, time: 0, text: 'organization' }));

  const all = { at: new Date(), resources: [], rely: () => undefined };
  const known: [string, Known][] = [
    ['a snapshot has all', { ...nothingKnown, lastComplete: all }],
    ['nothing is known', nothingKnown],
  ];

  it.each(known.slice(0, budget(1, 2)))(
    'are read dashboard by dashboard, and the list does not count as complete, where %s',
    async (_name, known) => {
      replaceDashboards(grafana.sim, 3);
      replaceAnnotations(grafana.sim, [...onDashboards, ...ofOrganization, later]);
      const found: Listed[] = [];
      const reading = async (): Promise<void> => {
        for await (const one of annotation.list(await grafana.admin(), known)) {
          found.push(one);
        }
      };
      await expect(reading()).rejects.toMatchObject({ code: 'DK_GRAFANA_TOO_LARGE' });
      const texts = found.map(({ content }) => (content!.body as { text: string }).text);
      expect(texts.filter((text) => text === HEAVY)).toHaveLength(onDashboards.length);
      expect(texts).toContain('later');
      expect(new Set(found.map(({ uid }) => uid)).size).toBe(found.length);
    },
  );
});

describe('an annotation that is too large by itself', () => {
  it('is named, and never taken for one that says as much as is read of it', async () => {
    replaceDashboards(grafana.sim, 1);
    replaceAnnotations(grafana.sim, [{ on: 0, time: 0, text: 'release' }]);
    const [{ uid, title, revision } = { uid: '', title: '' }] = await listed('annotation', await grafana.admin());
    const [only] = grafana.sim.state.org(1).annotations.values();
    only!.data = { note: TOO_HEAVY };

    const context = await grafana.admin();
    const known = { uid, title, ...(revision === undefined ? {} : { revision }) };
    expect(await annotation.read(context, known)).toBeUndefined();
    const [named, ...others] = await listed('annotation', context);
    expect(others).toEqual([]);
    expect(named).toMatchObject({ uid: 'too-large-1', title: 'release (id 1)' });
    expect(named?.content).toBeUndefined();
    await expect(annotation.read(context, named!)).rejects.toMatchObject({ why: { code: 'annotation-too-large' } });
  });
});
