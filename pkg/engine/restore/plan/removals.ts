import { append } from '../../../lib/append.ts';
import type { KindName } from '../../../contract/kinds.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import { because } from '../../../contract/reasons/reason.ts';
import { isUnreadable } from '../../../grafana/http/errors.ts';
import type { Org } from '../../../grafana/instance.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import type { Kind, Listed, WriteContext } from '../../../grafana/kinds/kind.ts';
import { isPreview, isPreviewFolder } from '../../../grafana/previews.ts';
import { kindOf, KINDS, KINDS_IN_FOLDERS } from '../../../grafana/kinds/registry.ts';
import { outlineOf } from '../content.ts';
import { writeContext } from '../context.ts';
import { keyOf, targetOf } from '../target.ts';
import { contentFingerprint } from '../apply/change-log.ts';
import { refusedByOrg } from '../mapping/same-org.ts';
import type { Promotion } from './promotion.ts';
import { folderTree } from './selection.ts';
import type { PlannedItem, PlanRequest, Mapping } from '../types.ts';
import { isKindComplete } from '../kind-completeness.ts';

/** Kinds that a restore may delete, in the order of deleting: what is used after what uses it, folders last. */
const DELETABLE: readonly Kind[] = KINDS.filter(({ deletable }) => deletable === true).reverse();

/** What a plan deletes. */
export interface Removals {
  items: PlannedItem[];
  /** Titles of the live folders in which it looked, without those within them; absent where it looked everywhere. */
  folders?: string[];
}

/** What is live within the selection and not in the snapshot, found by reads. */
export async function planRemovals(
  request: PlanRequest,
  mapping: Mapping,
  planned: readonly PlannedItem[],
  promotion?: Promotion,
): Promise<Removals> {
  const removals: Removals = request.selection.folders === undefined ? { items: [] } : { items: [], folders: [] };
  const orgs = new Map(request.manifest.orgs.map(({ id }) => [request.options.orgs?.get(id) ?? id, id]));
  for (const org of request.instance.orgs) {
    const source = orgs.get(org.id);
    const isSame = source !== undefined && refusedByOrg(request, { org: source, kind: 'folder' }) === undefined;
    if (isSame && (request.selection.folders === undefined || touches(planned, org.id))) {
      const { items, folders = [] } = await planOrg(request, mapping, planned, org, source, promotion);
      append(removals.items, items);
      append(removals.folders ?? [], folders);
    }
  }
  return removals;
}

function touches(planned: readonly PlannedItem[], org: number): boolean {
  return planned.some((item) => targetOf(item).org === org);
}

async function planOrg(
  request: PlanRequest,
  mapping: Mapping,
  planned: readonly PlannedItem[],
  org: Org,
  source: number,
  promotion: Promotion | undefined,
): Promise<Removals> {
  const context = writeContext(request, org);
  const folders = await listOf(kindOf('folder'), context);
  const scope = foldersMeant(request, mapping, source, folders);
  const isWithin = ({ folderUid = '' }: Listed): boolean => scope?.has(folderUid) ?? true;
  const isMovedAway = movedAway(request, org, planned);
  const removals: PlannedItem[] = [];
  /** Folders that hold something that stays. */
  const needed = new Set<string>();
  for (const kind of DELETABLE) {
    const { name } = kind;
    const inScope = isSelected(request, name) && isKindComplete(request.manifest, name);
    if ((!inScope && !KINDS_IN_FOLDERS.has(name)) || !(await kind.serves(context)).served) {
      continue;
    }
    const entries = request.manifest.resources.filter(
      (entry) => entry.kind === name && mapping.orgOf(entry) === org.id,
    );
    // Also of what is not selected: it may have been sent into the same folder.
    const renamed = await Promise.all(entries.map((one) => mapping.uidOf(one, () => Promise.resolve(outlineOf(one)))));
    // Where Grafana chooses uids itself, what is restored has another one.
    const targets = planned.filter(({ kind: of }) => of === name).map(targetOf);
    const restored = targets.filter((target) => target.org === org.id);
    const standIns = request.options.replace?.get(name)?.values() ?? [];
    const known = new Set([...[...entries, ...restored].map(({ uid }) => uid), ...renamed, ...standIns]);
    const live = name === 'folder' ? deepestFirst(folders) : await listOf(kind, context);
    for (const listed of live) {
      const mayGo = !known.has(listed.uid) && kind.onlyResets?.(listed.uid) !== true;
      const extra = inScope && mayGo && isWithin(listed);
      const parent = folders.find(({ uid }) => uid === listed.folderUid)?.title ?? '';
      const item = extra
        ? await planRemoval({ request, kind, context, source, promotion }, listed, needed, parent)
        : undefined;
      if (item !== undefined) {
        removals.push(item);
      }
      if (item?.action !== 'delete' && listed.folderUid !== undefined && !isMovedAway(name, listed)) {
        needed.add(listed.folderUid);
      }
    }
  }
  const tops = folders.filter((folder) => scope?.has(folder.uid) === true && !isWithin(folder));
  return { items: removals, folders: tops.map(({ title }) => title) };
}

/** Decides whether a plan moves a live resource out of its folder. A deletion looks once more that nothing is left. */
export function movedAway(
  { options: { replace } }: Pick<PlanRequest, 'options'>,
  { id }: Org,
  planned: readonly PlannedItem[],
): (kind: KindName, listed: Listed) => boolean {
  const isAtHome = ({ action, entry, targetUid }: PlannedItem): boolean =>
    action === 'update' && entry !== undefined && targetUid === undefined;
  const homes = new Map(planned.filter(isAtHome).map((item) => [keyOf(targetOf(item)), item.entry?.folderUid]));
  return (kind, { uid, folderUid }) => {
    const key = keyOf({ org: id, kind, uid });
    return replace?.has('folder') !== true && homes.has(key) && homes.get(key) !== folderUid;
  };
}

function isSelected({ selection }: PlanRequest, kind: KindName): boolean {
  const { kinds, folders } = selection;
  return (kinds === undefined || kinds.includes(kind)) && (folders === undefined || KINDS_IN_FOLDERS.has(kind));
}

/**
 * The live folders that a selection means, with all below them; undefined for everything. By the UIDs of the target:
 * another Grafana may use those of the snapshot for other folders.
 */
function foldersMeant(
  { manifest, selection }: PlanRequest,
  mapping: Mapping,
  source: number,
  live: readonly Listed[],
): ReadonlySet<string> | undefined {
  if (selection.folders === undefined) {
    return undefined;
  }
  const roots = selection.folders.filter(({ org = source }) => org === source);
  const trees = new Set(roots.flatMap(({ uid }) => [...folderTree(manifest, source, uid)]));
  const sent = manifest.resources.filter(({ org, kind, uid }) => org === source && kind === 'folder' && trees.has(uid));
  const within = new Set(sent.map((entry) => mapping.standIn(entry) ?? mapping.knownAs(entry)));
  for (let grown = true; grown;) {
    grown = false;
    for (const { uid, folderUid } of live) {
      if (folderUid !== undefined && within.has(folderUid) && !within.has(uid)) {
        within.add(uid);
        grown = true;
      }
    }
  }
  return within;
}

/** All that is live of a kind, without temporary copies. */
export async function listOf(kind: Kind, context: WriteContext): Promise<Listed[]> {
  const all: Listed[] = [];
  for await (const listed of kind.list(context, { revision: () => undefined, size: 0 })) {
    const ours = kind.name === 'folder' ? isPreviewFolder(context, listed) : isPreview(context, kind, listed);
    if (!(await ours)) {
      // Bodies of all together may not fit into memory, and are read again where one is wanted.
      const { content: _, ...outline } = listed;
      all.push(kind.largeBodies === true ? outline : listed);
    }
  }
  return all;
}

/** Folders within others before those. */
export function deepestFirst(folders: readonly Listed[]): Listed[] {
  const byUid = new Map(folders.map((folder) => [folder.uid, folder]));
  const depth = (folder: Listed): number => {
    let levels = 0;
    for (let at = folder; at.folderUid !== undefined && levels < byUid.size; levels++) {
      const parent = byUid.get(at.folderUid);
      if (parent === undefined) {
        break;
      }
      at = parent;
    }
    return levels;
  };
  return [...folders].sort((a, b) => depth(b) - depth(a));
}

interface Removing {
  request: PlanRequest;
  kind: Kind;
  context: WriteContext;
  /** The organization of the snapshot. */
  source: number;
  promotion: Promotion | undefined;
}

async function planRemoval(
  { request, kind, context, source, promotion }: Removing,
  listed: Listed,
  needed: ReadonlySet<string>,
  folderTitle: string,
): Promise<PlannedItem | undefined> {
  const { uid, title } = listed;
  const bare = {
    org: source,
    kind: kind.name,
    uid,
    title,
    folder: folderTitle,
    losses: [],
    security: [],
    ...(context.org.id === source ? {} : { targetOrg: context.org.id }),
  };
  let content: Content | undefined;
  let live: string;
  try {
    content = await kind.read(context, listed);
    if (content === undefined || content.pristine === true) {
      return undefined;
    }
    live = contentFingerprint(request.repository, kind, content);
  } catch (error) {
    if (!isUnreadable(error)) {
      throw error;
    }
    return { ...bare, action: 'blocked', ...because(reason('live-unreadable', { message: error.message })) };
  }
  const item = { ...bare, live };
  if (content.managedBy !== undefined && !request.options.includeManaged) {
    return { ...item, action: 'skip', ...because(reason('extra-managed', { manager: content.managedBy.manager })) };
  }
  const conflict = await promotion?.keeps({ kind, context, uid, live: content, mark: live });
  if (conflict !== undefined) {
    const why = conflict.code === 'not-promoted' ? reason('extra-own') : conflict;
    return { ...item, action: 'skip', ...because(why) };
  }
  return kind.name === 'folder' && needed.has(uid)
    ? { ...item, action: 'blocked', ...because(reason('extra-filled')) }
    : { ...item, action: 'delete', ...because(reason('extra')) };
}
