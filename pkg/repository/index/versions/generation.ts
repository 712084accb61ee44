import type { Abortable } from '../../../lib/abortable.ts';
import { fold } from '../generations/fold.ts';
import type { IndexPorts } from '../generations/format.ts';
import { GenerationalIndex } from '../generations/generational-index.ts';
import type { Thing } from '../generations/thing.ts';
import { knownOrgs } from './append.ts';
import { HeadFile, NamesFile, StoredHistory, TableFile, ThingHistory } from './files.ts';
import {
  changesIn,
  historyOf,
  keptRows,
  merged,
  nameOf,
  rowsOf,
  tableOf,
  unfolded,
  withoutGone,
  type Known,
} from './fold.ts';

/** A table without rows, where there is no large part. */
export const NO_TABLE: Pick<TableFile, 'scopes' | 'snapshots'> = { scopes: [], snapshots: [] };

/** The files of the index of versions. */
export type VersionFiles = GenerationalIndex<HeadFile, TableFile, StoredHistory, ThingHistory>;

/** Opens the files of the index of versions; nothing is read yet. */
export function versionFiles(ports: IndexPorts): VersionFiles {
  return new GenerationalIndex(ports, {
    name: 'versions',
    sealed: 'metadata',
    head: HeadFile,
    empty: () => ({ format: 3, scopes: [], snapshots: [], changes: [], unread: [] }),
    table: TableFile,
    stored: StoredHistory,
    pack: ({ thing, ...history }) => ({ thing, history: JSON.stringify(history) }),
    unpack: unpacked,
    shardSize: 512 * 1024,
    mostShards: 1024,
  });
}

function unpacked({ thing, history }: StoredHistory): ThingHistory | undefined {
  try {
    return ThingHistory.parse({ ...(JSON.parse(history) as object), thing });
  } catch {
    return undefined;
  }
}

/** Every resource of the large part; undefined when there is none. @throws PartLost */
export async function namesOf(
  files: VersionFiles,
  { base }: HeadFile,
  calls: Abortable,
): Promise<NamesFile | undefined> {
  return base && files.part(base, 'names', NamesFile, calls);
}

/** Puts what is in the head into the large part, without the snapshots that do not stay. @throws PartLost */
export async function foldVersions(
  files: VersionFiles,
  head: HeadFile,
  stays: (id: string) => boolean,
  calls: Abortable,
): Promise<HeadFile> {
  const before = (await files.table(head, calls)) ?? NO_TABLE;
  const rows = keptRows([...rowsOf(before), ...rowsOf(head)], stays);
  const { kept } = rows;
  const last = kept.at(-1)?.id;
  if (last === undefined) {
    return files.replace(head, files.format.empty(), calls);
  }
  const table = tableOf(kept);
  const places = new Map(kept.map(({ id }, place) => [id, place]));
  const names: NamesFile['names'] = [];
  const folders = new Map<string, number>();
  const unread: Thing[] = [];
  const historiesOf = ({ thing, changes }: Known): ThingHistory[] => {
    const left = withoutGone(thing, changes, rows);
    if (left.length === 0) {
      return [];
    }
    const history = historyOf(thing, left, places);
    names.push(nameOf(history, folders));
    if (left.at(-1)?.is === 'unread') {
      unread.push(thing);
    }
    return [history];
  };
  const base = await fold(
    files,
    head,
    {
      table,
      last,
      news: [...changesIn(head).values()],
      merge: (known, news) => {
        const folded = known.map((one) => unfolded(one, before.snapshots));
        return [...merged(folded, news).values()].flatMap(historiesOf);
      },
    },
    calls,
  );
  const { generation } = base;
  await files.writePart('names', { format: 2, generation, folders: [...folders.keys()], names }, NamesFile, calls);
  const orgs = [...knownOrgs({ ...head, scopes: table.scopes, snapshots: table.snapshots, base: undefined })];
  return files.replace(head, { ...files.format.empty(), base: { ...base, unread, orgs }, unread }, calls);
}
