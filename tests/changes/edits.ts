import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * Edits of dashboards in a real Grafana, as tests/golden/edits/README.md describes. A version is stored as what differs
 * from another one, so that nothing of a published dashboard is repeated here.
 */
const FOLDER = resolve(import.meta.dirname, '../golden/edits');

/** What differs: a value, a changed piece of a text, members of an object, or the items of a list. */
interface Delta {
  value?: unknown;
  text?: [keptAtStart: number, keptAtEnd: number, between: string];
  del?: string[];
  set?: Record<string, unknown>;
  in?: Record<string, Delta>;
  /** Items by their place, or panels by their id wherever they are, each changed by `in`; or new ones. */
  list?: ({ at: number; in?: Delta } | { id: number; in?: Delta } | { new: unknown })[];
}

export interface Edit {
  name: string;
  /** File of the published dashboard, or of one in tests/golden/edits. */
  dashboard: string;
  what: string;
  by: string;
  before: unknown;
  after: unknown;
  told: string[];
}

interface StoredEdit extends Omit<Edit, 'name' | 'before' | 'after'> {
  before?: Delta;
  after?: Delta;
}

/** The recorded edits of dashboards in a folder; `own` are those whose dashboards are in tests/golden/edits. */
export function recordedEdits(folder: string | 'own'): Edit[] {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json') && /^\d/.test(name));
  return names.flatMap((name) => {
    const { before, after, ...edit } = read(join(FOLDER, name)) as StoredEdit;
    if (edit.dashboard.startsWith('own') !== (folder === 'own')) {
      return [];
    }
    const base = read(join(folder === 'own' ? FOLDER : folder, edit.dashboard)) as Record<string, unknown>;
    const old = patched(published(base, edit.dashboard), before);
    return [{ name, ...edit, before: old, after: patched(old, after) }];
  });
}

/** The sentences for every recorded edit, including those whose dashboards are not here. */
export function recordedSentences(): string[] {
  const names = readdirSync(FOLDER).filter((name) => /^\d.*\.json$/.test(name));
  return names.flatMap((name) => (read(join(FOLDER, name)) as StoredEdit).told);
}

function read(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** As it was imported: without what asks for data sources, under its own uid. */
function published(dashboard: Record<string, unknown>, file: string): unknown {
  const left = ['__inputs', '__requires', '__elements', 'id', 'version'];
  const rest = Object.fromEntries(Object.entries(dashboard).filter(([name]) => !left.includes(name)));
  return 'spec' in rest ? rest : { ...rest, uid: file.replace('.json', '') };
}

function patched(before: unknown, delta: Delta | undefined): unknown {
  const panels = new Map<number, unknown>();
  collectPanels((before as { panels?: unknown }).panels, panels);
  return apply(before, delta, panels);
}

function collectPanels(list: unknown, found: Map<number, unknown>): void {
  for (const panel of Array.isArray(list) ? (list as { id?: number; panels?: unknown }[]) : []) {
    if (panel.id !== undefined && !found.has(panel.id)) {
      found.set(panel.id, panel);
    }
    collectPanels(panel.panels, found);
  }
}

function apply(before: unknown, delta: Delta | undefined, panels: ReadonlyMap<number, unknown>): unknown {
  if (delta === undefined) {
    return before;
  }
  if ('value' in delta) {
    return delta.value;
  }
  if (delta.text !== undefined) {
    const [start, end, between] = delta.text;
    const text = before as string;
    return text.slice(0, start) + between + text.slice(text.length - end);
  }
  if (delta.list !== undefined) {
    return delta.list.map((item) =>
      'new' in item
        ? item.new
        : apply('id' in item ? panels.get(item.id) : (before as unknown[])[item.at], item.in, panels),
    );
  }
  const result = { ...(before as Record<string, unknown>), ...delta.set };
  delta.del?.forEach((name) => delete result[name]);
  for (const [name, inner] of Object.entries(delta.in ?? {})) {
    result[name] = apply((before as Record<string, unknown>)[name], inner, panels);
  }
  return result;
}
