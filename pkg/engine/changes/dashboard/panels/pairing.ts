import { canonicalJson } from '../../../../lib/json/json.ts';
import { pairsOf, type Pairs } from '../../named-lists.ts';
import { isReplacedType } from '../migrations.ts';
import type { Panel } from '../model.ts';

/** Panels of both sides that are the same one, and those that only one side has. */
export type PanelPairs = Omit<Pairs<Panel>, 'reordered'>;

/** What must speak for it, so that two panels are the same one. */
const ENOUGH = 4;

/**
 * Finds the panels that are the same on both sides. An id alone is not enough: a new panel gets that of one that was
 * removed, and an import may number them again. So what speaks for a pair is added up, and the best pairs win.
 */
export function pairPanels(before: readonly Panel[], after: readonly Panel[]): PanelPairs {
  const asked = new Map<Panel, string>();
  const queriesOf = (panel: Panel): string => {
    const known = asked.get(panel) ?? canonicalJson(panel.queries.map(({ settings }) => settings));
    asked.set(panel, known);
    return known;
  };
  const score = (one: Panel, other: Panel): number =>
    (one.id !== undefined && one.id === other.id ? 3 : 0) +
    (one.title !== '' && one.title === other.title ? 3 : 0) +
    (one.type === other.type || isReplacedType(one, other) ? 1 : 0) +
    (one.queries.length > 0 && queriesOf(one) === queriesOf(other) ? 2 : 0) +
    (one.libraryUid !== '' && one.libraryUid === other.libraryUid ? 3 : 0) +
    (one.queries.length === 0 && canonicalJson(one.options) === canonicalJson(other.options) ? 1 : 0);

  const candidates = new Map<string, number[]>();
  after.forEach((panel, at) => {
    for (const key of keysOf(panel, queriesOf)) {
      candidates.set(key, [...(candidates.get(key) ?? []), at]);
    }
  });
  const possible: { score: number; distance: number; from: number; to: number }[] = [];
  before.forEach((panel, from) => {
    const found = new Set(keysOf(panel, queriesOf).flatMap((key) => (candidates.get(key) ?? []).slice(0, 50)));
    for (const to of found) {
      const other = after[to];
      const reached = other === undefined ? 0 : score(panel, other);
      if (reached >= ENOUGH) {
        possible.push({ score: reached, distance: Math.abs(from - to), from, to });
      }
    }
  });
  possible.sort((a, b) => b.score - a.score || a.distance - b.distance || a.from - b.from || a.to - b.to);
  const partners = new Map<number, number>();
  const taken = new Set<number>();
  for (const { from, to } of possible) {
    if (!partners.has(from) && !taken.has(to)) {
      partners.set(from, to);
      taken.add(to);
    }
  }
  return pairsOf(before, after, partners);
}

/** Two panels that share none of these are never the same one. */
function keysOf(panel: Panel, queriesOf: (panel: Panel) => string): string[] {
  return [
    ...(panel.id === undefined ? [] : [`id ${panel.id}`]),
    ...(panel.title === '' ? [] : [`title ${panel.title}`]),
    ...(panel.queries.length === 0 ? [] : [`queries ${queriesOf(panel)}`]),
    ...(panel.libraryUid === '' ? [] : [`library ${panel.libraryUid}`]),
    ...(panel.title === '' && panel.queries.length === 0 ? [`type ${panel.type}`] : []),
  ];
}
