import type { FoundText, SearchHit, SearchPage } from '../../../../pkg/contract/api/search.ts';
import { FakeError } from './errors.ts';
import type { FakeState } from './state.ts';

interface Searched {
  title?: string;
  tags?: string[];
  panels?: { title?: string; targets?: { expr?: string }[] }[];
}

/** Titles, panels, queries and tags of the made-up newest and earlier worlds. */
export function search(state: FakeState, query: URLSearchParams): SearchPage {
  const words = (query.get('q') ?? '').trim().toLowerCase().split(/\s+/);
  if (words.join('').length > 200) {
    throw new FakeError(400, 'DK_USAGE', 'The search text is too long.', 'Search for part of it.');
  }
  const [newest, older] = state.snapshots;
  const fits = (text: string): boolean => words.every((word) => text.toLowerCase().includes(word));
  const items: SearchHit[] = [];
  for (const key of new Set([...state.latest.keys(), ...state.earlier.keys()])) {
    const [now, then] = [state.latest.get(key), state.earlier.get(key)];
    const known = now ?? then;
    if (known === undefined || newest === undefined || older === undefined) {
      continue;
    }
    const [current, past] = [textsOf(now?.body), textsOf(then?.body)];
    const found = [...new Set([...current.keys(), ...past.keys()])].filter(fits).map((text): FoundText => {
      const isNow = current.has(text);
      const { where, panel } = current.get(text) ?? past.get(text) ?? { where: 'title' };
      const shown = isNow ? newest : older;
      return {
        where,
        text,
        ...(panel === undefined ? {} : { panel }),
        now: isNow,
        since: older.time,
        lastSeen: shown.time,
        ...(isNow ? {} : { until: newest.time }),
        snapshot: shown.id,
      };
    });
    const { org, kind, uid, title, folder } = known.entry;
    const isAsked = query.get('deleted') !== 'true' || now === undefined;
    if (found.length > 0 && isAsked && (query.get('kind') ?? kind).split(',').includes(kind)) {
      const deleted = now === undefined;
      const { time: lastSeen, id: snapshot } = deleted ? older : newest;
      items.push({ org, kind, uid, title, folder, deleted, lastSeen, snapshot, found, more: 0 });
    }
  }
  const indexed = { snapshots: state.snapshots.length, pending: 0, unreadable: 0 };
  return {
    ...{ items, total: items.length, searched: 'content', indexed, cut: 0, unread: 0, truncated: false },
    ...(newest === undefined ? {} : { asOf: newest.time }),
  };
}

type Place = Pick<FoundText, 'where' | 'panel'>;

function textsOf(body: object | undefined): Map<string, Place> {
  const { title, tags = [], panels = [] } = (body ?? {}) as Searched;
  const found = new Map<string, Place>();
  const add = (text: string | undefined, place: Place): void => void (text && found.set(text, place));
  panels.forEach((panel) =>
    panel.targets?.forEach(({ expr }) => add(expr, { where: 'query', panel: panel.title ?? '' })),
  );
  tags.forEach((tag) => add(tag, { where: 'tag' }));
  panels.forEach((panel) => add(panel.title, { where: 'panel' }));
  add(title, { where: 'title' });
  return found;
}
