import * as z from 'zod';
import { KIND_NAMES, type KindName } from '../../../contract/kinds.ts';
import type { ManifestEntry } from '../../../contract/manifest.ts';
import { Base, Generation } from '../generations/format.ts';
import { Thing } from '../generations/thing.ts';

/** One version of a resource: which object, where it was, and what Grafana said of who made it. */
export const VersionState = z.object({
  object: z.string(),
  bytes: z.int().nonnegative(),
  title: z.string(),
  folder: z.string(),
  folderUid: z.string().optional(),
  updated: z.string().optional(),
  updatedBy: z.string().optional(),
  version: z.union([z.string(), z.number()]).optional(),
  message: z.string().optional(),
});
export type VersionState = z.infer<typeof VersionState>;

/** What a snapshot says of a resource that it covers; `unread`: it exists or not, the snapshot failed to read it. */
export const Stated = z.union([VersionState, z.literal('deleted'), z.literal('unread')]);
export type Stated = z.infer<typeof Stated>;

/** Which organizations and kinds a snapshot covers. */
export const Scope = z.object({
  /** With their names. One that no longer exists is covered, too: everything in it is gone. */
  orgs: z.array(z.tuple([z.int().positive(), z.string()])),
  kinds: z.array(z.enum(KIND_NAMES)),
  /** Pairs of these that it does not cover all the same: their list could not be read. */
  except: z.array(z.tuple([z.int().nonnegative(), z.enum(KIND_NAMES)])),
  /** Pairs of which it lacks some, nobody knows which: nothing that it lacks is known to be deleted. */
  incomplete: z.array(z.tuple([z.int().nonnegative(), z.enum(KIND_NAMES)])),
  /** It copied almost everything from the snapshot before it: what it has in common with that one proves nothing. */
  copied: z.literal(true).optional(),
});
export type Scope = z.infer<typeof Scope>;

/** A snapshot in the index: its id, how its object ids were made, and the place of its scope in the list of scopes. */
export const Row = z.tuple([z.string(), z.string(), z.int().nonnegative()]);
export type Row = z.infer<typeof Row>;

/** The part that every publishing rewrites: what is newer than the large part, and where that is. */
export const HeadFile = z.object({
  format: z.literal(3),
  base: Base.extend({
    /** What was `unread`, and the organizations that were known, with that one. */
    unread: z.array(Thing),
    orgs: z.array(z.tuple([z.int().positive(), z.string()])),
  }).optional(),
  scopes: z.array(Scope),
  snapshots: z.array(Row),
  /** The place of the snapshot in `snapshots`, the resource, and what it was from then on. */
  changes: z.array(z.tuple([z.int().nonnegative(), Thing, Stated])),
  /** What is `unread` now. */
  unread: z.array(Thing),
});
export type HeadFile = z.infer<typeof HeadFile>;

/** The snapshots of the large part. */
export const TableFile = z.object({
  format: z.literal(1),
  generation: Generation,
  scopes: z.array(Scope),
  snapshots: z.array(Row),
});
export type TableFile = z.infer<typeof TableFile>;

/**
 * What became of one resource; `changes` are places of a snapshot and of a state, which is -1 for deleted, -2 for
 * unread.
 */
export const ThingHistory = z.object({
  thing: Thing,
  states: z.array(VersionState),
  changes: z.array(z.tuple([z.int().nonnegative(), z.int().min(-2)])),
});
export type ThingHistory = z.infer<typeof ThingHistory>;

/** The same as a shard keeps it: most readers want one resource, and neither parse nor check the others. */
export const StoredHistory = z.object({ thing: Thing, history: z.string() });
export type StoredHistory = z.infer<typeof StoredHistory>;

/** Every resource of the large part, and where it was: a history is read only where it is needed. */
export const NamesFile = z.object({
  format: z.literal(2),
  generation: Generation,
  /** Uids of folders. */
  folders: z.array(z.string()),
  /**
   * A resource with its last title, whether it is deleted, the place of the snapshot of its last change, how many
   * changes it has, and the places of the folders that it was ever in.
   */
  names: z.array(
    z.tuple([
      Thing,
      z.string(),
      z.boolean(),
      z.int().nonnegative(),
      z.int().nonnegative(),
      z.array(z.int().nonnegative()),
    ]),
  ),
});
export type NamesFile = z.infer<typeof NamesFile>;

/** Names an organization and kind: what a snapshot covers or not as a whole. */
export function cellOf(org: number, kind: KindName): string {
  return `${org}/${kind}`;
}

/** Whether a snapshot with this scope looked at an organization and kind at all. */
export function covers(scope: Scope, org: number, kind: KindName): boolean {
  return (
    (org === 0 || scope.orgs.some(([id]) => id === org)) &&
    scope.kinds.includes(kind) &&
    !names(scope.except, org, kind)
  );
}

/** Whether an organization of a snapshot, with the name that it has there, is the one that is asked about. */
export type IsSameOrg = (snapshot: string, org: number, name: string) => boolean;

/** Whether nothing follows from it that a snapshot with this scope lacks a resource. */
export function isIncomplete(scope: Scope, org: number, kind: KindName): boolean {
  return names(scope.incomplete, org, kind);
}

function names(pairs: Scope['except'], org: number, kind: KindName): boolean {
  return pairs.some((pair) => pair[0] === org && pair[1] === kind);
}

const LONGEST_MESSAGE = 500;

/** What the index keeps of an entry of a manifest; a version comment is cut to 500 characters. */
export function stateOf(entry: ManifestEntry): VersionState {
  const { object, bytes, title, folder, folderUid, facts = {} } = entry;
  const text = textIn(facts);
  const { version } = facts;
  const message = text('message')?.slice(0, LONGEST_MESSAGE);
  return {
    object,
    bytes,
    title,
    folder,
    ...(folderUid === undefined ? {} : { folderUid }),
    ...lastSaved(facts),
    ...(version === undefined || typeof version === 'boolean' ? {} : { version }),
    ...(message === undefined ? {} : { message }),
  };
}

type Facts = NonNullable<ManifestEntry['facts']>;

function textIn(facts: Facts): (name: string) => string | undefined {
  return (name) => {
    const value = facts[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
}

/** When and by whom a resource was saved last, as Grafana says. */
function lastSaved(facts: Facts = {}): Pick<VersionState, 'updated' | 'updatedBy'> {
  const text = textIn(facts);
  // Of what was only created yet, Grafana says nothing more.
  const updatedBy = text('updatedBy') ?? (facts['version'] === 1 ? text('createdBy') : undefined);
  const updated = text('updated');
  return { ...(updated === undefined ? {} : { updated }), ...(updatedBy === undefined ? {} : { updatedBy }) };
}

/** The same, where what was only created was saved at that time. */
export function lastSavedOrCreated(facts: Facts = {}): ReturnType<typeof lastSaved> {
  const created = facts['version'] === 1 ? textIn(facts)('created') : undefined;
  return { ...(created === undefined ? {} : { updated: created }), ...lastSaved(facts) };
}

/** Whether nothing changed: the content and the folder that it is in. */
export function sameVersion(one: Stated, other: Stated): boolean {
  return typeof one === 'string' || typeof other === 'string'
    ? one === other
    : one.object === other.object && one.folderUid === other.folderUid;
}
