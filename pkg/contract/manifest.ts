import * as z from 'zod';
import { Annotated } from './holds.ts';
import { KIND_NAMES } from './kinds.ts';
import { Shrunk, Upgrade } from './losses/losses.ts';
import { ReasonData } from './reasons/reason.ts';

/** Who keeps a resource when it is not people in the UI: files, Git Sync, Terraform, SCIM, a plugin. */
const ManagedBy = z.object({ manager: z.string(), id: z.string().optional() });
export type ManagedBy = z.infer<typeof ManagedBy>;

/** One resource in a manifest. What restores it is in the object; everything else known about it is here. */
export const ManifestEntry = z.object({
  org: z.int().positive(),
  kind: z.enum(KIND_NAMES),
  uid: z.string(),
  title: z.string(),
  /** Titles of the folders above it, outermost first, joined by ' / '; empty at the root. */
  folder: z.string(),
  folderUid: z.string().optional(),
  apiVersion: z.string().optional(),
  object: z.string(),
  /** Size of the canonical JSON in bytes. */
  bytes: z.int().nonnegative(),
  /** Opaque; equal to the same resource's in the next listing means unchanged. */
  revision: z.string().optional(),
  /**
   * Where this snapshot took the resource over without reading it: the start of the backup that last read it. Absent =
   * this backup read it, or knows from its revision that it has not changed.
   */
  readAt: z.iso.datetime().optional(),
  provenance: z.string().optional(),
  managedBy: ManagedBy.optional(),
  /** Volatile facts that are not part of the content: version, updated, updatedBy, numeric id, … */
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});
export type ManifestEntry = z.infer<typeof ManifestEntry>;

/** An entry of a kind that only a newer version knows. It is kept as it is, and neither compared nor restored. */
export const NewerEntry = ManifestEntry.extend({ kind: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/) }).loose();
export type NewerEntry = z.infer<typeof NewerEntry>;

/** A resource that was not stored (or not restored), and why. */
export const ResourceProblem = z.object({
  org: z.int().positive(),
  kind: z.enum(KIND_NAMES),
  /** Empty when the whole kind is meant. */
  uid: z.string(),
  title: z.string().optional(),
  reason: z.string(),
  /** The reason as data; absent in what an earlier release wrote. */
  ...ReasonData.partial().shape,
  /** How many resources of the kind are meant, where one cause concerns several; the reason says so, too. */
  count: z.int().positive().optional(),
});
export type ResourceProblem = z.infer<typeof ResourceProblem>;

/** How many resources, or whole kinds, the problems are about. */
export function problemCount(problems: readonly ResourceProblem[]): number {
  return problems.reduce((sum, { count }) => sum + (count ?? 1), 0);
}

export const KindReport = z.object({
  listed: z.int().nonnegative(),
  stored: z.int().nonnegative(),
  reused: z.int().nonnegative(),
  skipped: z.int().nonnegative(),
  failed: z.int().nonnegative(),
  /**
   * The earliest `readAt` of its resources, or since when what was added may be missing; absent where all was listed
   * and read.
   */
  oldestReadAt: z.iso.datetime().optional(),
  /** Why a kind was not read at all: not served by this Grafana, out of scope, listing failed. */
  reason: z.string().optional(),
  /** The same as data; absent in what an earlier release wrote. */
  ...ReasonData.partial().shape,
});
export type KindReport = z.infer<typeof KindReport>;

export const SNAPSHOT_TRIGGERS = ['manual', 'scheduled', 'safety', 'drill'] as const;
export const SnapshotTrigger = z.enum(SNAPSHOT_TRIGGERS);
export type SnapshotTrigger = z.infer<typeof SnapshotTrigger>;

/** Whether a snapshot was taken as a backup, and not before a restore or for a drill, which may cover anything. */
export function isRegularBackup({ trigger }: { trigger: SnapshotTrigger }): boolean {
  return trigger !== 'safety' && trigger !== 'drill';
}

export const SnapshotStatus = z.enum(['complete', 'partial']);
export type SnapshotStatus = z.infer<typeof SnapshotStatus>;

/** How a complete list of one kind began, so that the next backup sees whether anything was written since. */
export const ListBeginning = z.object({
  org: z.int().positive(),
  kind: z.enum(KIND_NAMES),
  /** `metadata.resourceVersion` of its first page. */
  resourceVersion: z.string(),
  /** The revision that the last write before it left, or a deletion: later writes are those that follow it. */
  lastWrite: z.string().optional(),
});
export type ListBeginning = z.infer<typeof ListBeginning>;

/** Who deleted a dashboard or folder, and when: Grafana forgets that when the resource is created again. */
export const KeptDeletion = z.object({
  org: z.int().positive(),
  kind: z.enum(KIND_NAMES),
  uid: z.string(),
  updated: z.string(),
  /** The ID of an account. */
  updatedBy: z.string(),
});
export type KeptDeletion = z.infer<typeof KeptDeletion>;

const Changed = z.object({
  added: z.int().nonnegative(),
  changed: z.int().nonnegative(),
  removed: z.int().nonnegative(),
});

/** How many resources differ from the snapshot before. */
export const ChangeCounts = Changed.extend({
  /** The same for each organization, where there are several. */
  orgs: z.array(Changed.extend({ id: z.int().positive() })).optional(),
});
export type ChangeCounts = z.infer<typeof ChangeCounts>;

/** What a backup was asked for, and whose credentials it used. */
export const SnapshotScope = z.object({
  /** all: every one that the credentials reach; chosen: those that someone named; own: that of the credentials. */
  orgs: z.enum(['all', 'chosen', 'own']),
  serverAdmin: z.boolean(),
  /** Absent unless DASHKEEP_SERVER_KINDS left out what belongs to the whole server. */
  serverKinds: z.literal(false).optional(),
  /** Kinds that someone left out. */
  unselected: z.array(z.enum(KIND_NAMES)).optional(),
  /** Organizations that exist and that it does not cover; absent where Grafana does not say which exist. */
  others: z.array(z.object({ id: z.int().positive(), name: z.string() })).optional(),
  /** Where `others` is absent: those of them that are known to exist, because there are tokens of them. */
  alsoKnown: z.array(z.int().positive()).optional(),
});
export type SnapshotScope = z.infer<typeof SnapshotScope>;

/** Where an imported snapshot comes from. */
const Origin = z.object({
  /** As `dashkeep import --format` names it. */
  format: z.string(),
  /** Of the archive, without its path. */
  name: z.string(),
  /** When the archive was made, where it says so. */
  time: z.iso.datetime().optional(),
});

/** One point in time. Written last: no manifest, no snapshot. */
export const Manifest = z.object({
  format: z.literal(1),
  /** `<time>-<8 hex>`, also the name of the manifest's key. */
  id: z.string(),
  started: z.iso.datetime(),
  finished: z.iso.datetime(),
  status: SnapshotStatus,
  trigger: SnapshotTrigger,
  by: z.string().optional(),
  /**
   * Present only if it was imported: it says nothing about the Grafana that is backed up here. Earlier releases go by
   * its trigger.
   */
  origin: Origin.optional(),
  dashkeep: z.string(),
  grafana: z.object({ version: z.string(), url: z.string(), edition: z.string().optional() }),
  orgs: z.array(z.object({ id: z.int().positive(), name: z.string() })),
  /** Absent in what an earlier release wrote. */
  scope: SnapshotScope.optional(),
  /** Present when much is missing that the last good snapshot had, and no one has accepted that. */
  shrunk: Shrunk.optional(),
  /** The shrunk snapshot whose losses a person accepted with this one. */
  accepted: z.string().optional(),
  /** Of one that is partial or shrunk: the newest snapshot before it that is neither. */
  lastFull: z.string().optional(),
  /** The last upgrade of Grafana, as long as the snapshot before it is on hold. */
  upgrade: Upgrade.optional(),
  /** How many snapshots since one that read every body; 0 = this one did. */
  sinceFullRead: z.int().nonnegative(),
  /**
   * The snapshot that this one took over everything from but what a restore was about to overwrite, and when that one
   * began. Only in safety snapshots; absent = this backup covers all by itself.
   */
  basedOn: z.object({ id: z.string(), started: z.iso.datetime() }).optional(),
  /** Against the snapshot that this one went on from; absent where that was not computed. */
  changes: ChangeCounts.optional(),
  kinds: z.partialRecord(z.enum(KIND_NAMES), KindReport),
  errors: z.array(ResourceProblem),
  skipped: z.array(ResourceProblem),
  /** Only lists whose version proves something and whose resources are all here. */
  lists: z.array(ListBeginning).optional(),
  /** Of what the snapshot before has and this one lacks, as far as Grafana recorded it; absent where it did not. */
  deletions: z.array(KeptDeletion).optional(),
  /** Sorted by org, kind (restore order), uid. */
  resources: z.array(ManifestEntry),
  /**
   * What an object's id would be for the canonical JSON of `resources`: SHA-256, keyed when encrypted. A manifest cut
   * short cannot pass.
   */
  entriesHash: z.string(),
});
export type Manifest = z.infer<typeof Manifest> & {
  /** What this version does not know. Never written: it is what reading left out of `resources`. Absent = nothing. */
  newer?: readonly NewerEntry[];
};

const Held = z.object({
  resources: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  /** How many resources are missing. */
  problems: z.int().nonnegative(),
});

/** What a snapshot holds of each organization, and of the whole server: organizations, users, settings. */
export const HeldByOrg = z.object({
  /** The name is absent in an index that an earlier release wrote. */
  orgs: z.array(Held.extend({ id: z.int().positive(), name: z.string().optional() })),
  server: Held,
});
export type HeldByOrg = z.infer<typeof HeldByOrg>;

/** Who signed a snapshot, and whether it counts here. */
export const SnapshotSignature = z.object({
  /** Whether a key that is trusted here has signed it. */
  signed: z.boolean(),
  /** Fingerprint of the key that signed it, trusted or not; absent when nobody did. */
  signer: z.string().optional(),
  /** It counts for nothing here: no trusted key has signed it. */
  foreign: z.literal(true).optional(),
});
export type SnapshotSignature = z.infer<typeof SnapshotSignature>;

/** A line of `dashkeep snapshots`. */
export const SnapshotSummary = z.object({
  id: z.string(),
  time: z.iso.datetime(),
  status: SnapshotStatus,
  trigger: SnapshotTrigger,
  resources: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  by: z.string().optional(),
  /** As in its manifest. */
  origin: Origin.optional(),
  /** Milliseconds that it took. */
  duration: z.int().nonnegative().optional(),
  /** How many resources are missing from it. */
  problems: z.int().nonnegative().optional(),
  changes: ChangeCounts.optional(),
  /** Absent in an index that an earlier release wrote. */
  held: HeldByOrg.optional(),
  ...SnapshotSignature.shape,
  /** Absent in an index that an earlier release wrote. */
  grafana: z.object({ version: z.string() }).optional(),
  /** As in its manifest. */
  scope: SnapshotScope.omit({ others: true }).optional(),
  shrunk: Shrunk.optional(),
  /** What it lacks, though no one excluded it; absent if nothing, and in an index that an earlier release wrote. */
  uncovered: z.array(ReasonData).optional(),
  /** Whether its manifest has any. */
  deletions: z.literal(true).optional(),
  /** It counts for nothing until then: a clock that was ahead dated it later than now. */
  future: z.literal(true).optional(),
  ...Annotated.shape,
  /** End of the last hold that ended by itself; only a clock decides that. Absent while it is on hold. */
  holdEnded: z.iso.datetime().optional(),
});
export type SnapshotSummary = z.infer<typeof SnapshotSummary>;

/** Whether nothing that a regular backup was asked for is known to be missing from it. */
export function isFull(snapshot: Pick<SnapshotSummary, 'status' | 'trigger' | 'shrunk'>): boolean {
  return snapshot.status === 'complete' && snapshot.shrunk === undefined && isRegularBackup(snapshot);
}

/** Whether a snapshot may be the newest of anything: a trusted key signed it, and it is not from the future. */
export function countsNow({ foreign, future }: Pick<SnapshotSummary, 'foreign' | 'future'>): boolean {
  return foreign !== true && future !== true;
}
