import { describe, expect, it } from 'vitest';
import { KINDS } from '../../pkg/grafana/kinds/registry.ts';
import { kindsPage } from '../../scripts/docs/kinds.ts';
import { pages } from './pages.ts';

describe('kinds, where the pages speak of them', () => {
  it('are counted right', () => {
    const counted = [...pages()].flatMap(([page, markdown]) =>
      [...markdown.matchAll(/\b(\d+) kinds\b/g)].map(([, count]) => `${page}: ${count}`),
    );
    expect(counted.length).toBeGreaterThan(1);
    expect(counted.filter((one) => !one.endsWith(`: ${KINDS.length}`))).toEqual([]);
  });

  it('have a "no" where there is no way to write them, and nowhere else', () => {
    for (const { name, declaration, write } of KINDS) {
      expect(`${name} ${declaration.restored === 'no'}`).toBe(`${name} ${write === undefined}`);
    }
  });

  it('say of those that are restored only on request how to request them, and that the app cannot', () => {
    const restored = new Map(
      [...kindsPage().matchAll(/^\| [^|]+ \| `([^`]+)` \| [^|]+ \| ([^|]+) \|/gm)].map(([, name, text]) => [
        name,
        text,
      ]),
    );
    for (const { name, declaration, createdOnRequest } of KINDS) {
      const isOnRequest = declaration.restored === 'on request' || createdOnRequest === true;
      expect(`${name} ${restored.get(name)?.includes('`--everything`')}`).toBe(`${name} ${isOnRequest}`);
      expect(`${name} ${restored.get(name)?.includes('command line')}`).toBe(
        `${name} ${declaration.scope === 'server' && declaration.restored !== 'no'}`,
      );
    }
  });
});
