import type { Abortable } from '../../../lib/abortable.ts';
import type { KindName } from '../../../contract/kinds.ts';
import type { CellBefore } from './append.ts';
import type { Thing } from '../generations/thing.ts';
import { cellOf, covers, type HeadFile, type VersionState } from './files.ts';
import { rowsOf, type DatedRow } from './fold.ts';
import { NO_TABLE, type VersionFiles } from './generation.ts';
import { cellsOf, type SnapshotView } from './snapshot-view.ts';

interface Cell {
  org: number;
  kind: KindName;
}

export interface BeforePorts {
  head: HeadFile;
  files: VersionFiles;
  /** The manifest of a snapshot; undefined when it is gone. */
  view: (id: string) => Promise<SnapshotView | undefined>;
}

/** As each cell of a snapshot was left by the last one before it that covers it. */
export async function cellsBefore(
  ports: BeforePorts,
  view: SnapshotView,
  calls: Abortable,
): Promise<(org: number, kind: KindName) => CellBefore | undefined> {
  const last = await lastCovering(ports, cellsOf(view.scope), calls);
  const views = new Map<string, SnapshotView | undefined>();
  const scanned: Cell[] = [];
  for (const { cell, row } of last.values()) {
    if (!views.has(row.id)) {
      views.set(row.id, await ports.view(row.id));
    }
    if (views.get(row.id) === undefined) {
      scanned.push(cell);
    }
  }
  const found = scanned.length === 0 ? undefined : await scan(ports, scanned, calls);
  return (org, kind) => {
    const cell = cellOf(org, kind);
    const row = last.get(cell)?.row;
    if (row === undefined) {
      return undefined;
    }
    const entries = views.get(row.id)?.entries(org, kind) ?? found?.get(cell) ?? new Map<string, VersionState>();
    return { scheme: row.scheme, entries };
  };
}

async function lastCovering(
  { head, files }: BeforePorts,
  cells: readonly Cell[],
  calls: Abortable,
): Promise<Map<string, { cell: Cell; row: DatedRow }>> {
  const last = new Map<string, { cell: Cell; row: DatedRow }>();
  let missing = [...cells];
  const look = (rows: readonly DatedRow[]): void => {
    for (let place = rows.length - 1; place >= 0 && missing.length > 0; place--) {
      const row = rows[place];
      missing = missing.filter((cell) => {
        const found = row !== undefined && covers(row.scope, cell.org, cell.kind);
        if (found) {
          last.set(cellOf(cell.org, cell.kind), { cell, row });
        }
        return !found;
      });
    }
  };
  look(rowsOf(head));
  if (missing.length > 0) {
    look(rowsOf((await files.table(head, calls)) ?? NO_TABLE));
  }
  return last;
}

/** What there is of some cells by the index itself: the snapshot that showed it last is gone. */
async function scan(
  { head, files }: BeforePorts,
  cells: readonly Cell[],
  calls: Abortable,
): Promise<Map<string, Map<string, VersionState>>> {
  const found = new Map(cells.map(({ org, kind }) => [cellOf(org, kind), new Map<string, VersionState>()]));
  const take = ([org, kind, uid]: Thing, is: VersionState | undefined): void => {
    const entries = found.get(cellOf(org, kind));
    if (is === undefined) {
      entries?.delete(uid);
    } else {
      entries?.set(uid, is);
    }
  };
  for (let shard = 0; shard < (head.base?.shards ?? 0); shard++) {
    for (const { thing, states, changes } of await files.shard(head, shard, calls)) {
      take(thing, states[changes.at(-1)?.[1] ?? -1]);
    }
  }
  for (const [, thing, is] of head.changes) {
    take(thing, typeof is === 'string' ? undefined : is);
  }
  return found;
}
