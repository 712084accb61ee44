import type { DashkeepError } from '../../contract/errors.ts';
import type { KindName } from '../../contract/kinds.ts';
import type { Json } from '../../lib/json/json.ts';
import type { SecurityChange } from '../../contract/plan.ts';
import type { Clock, Log } from '../../contract/ports.ts';
import type { KnownReason } from '../../contract/reasons/catalogue.ts';
import type { GrafanaClient } from '../http/client.ts';
import type { Capabilities } from '../capabilities.ts';
import type { KnownPreviews } from '../known-previews.ts';
import type { DeletedAlong, KindTraits } from './traits.ts';
import type { Content } from './content.ts';
import type { BeginList, ListState } from './list-state.ts';

/** What a kind works with: one org of one Grafana, for one run. */
export interface KindContext {
  /** Acts in this org. Under `/apis` use `namespace`. */
  grafana: GrafanaClient;
  capabilities: Capabilities;
  org: { id: number; name: string };
  /** `default` for org 1, `org-N` for the others. */
  namespace: string;
  /** Whether the credentials are a server admin's (basic authentication): needed for kinds of scope `server`. */
  serverAdmin: boolean;
  /** The record of temporary copies, where there is one. */
  previews?: KnownPreviews;
  /** Whether secrets that Grafana decrypts (contact points) may be read: only into an encrypted repository. */
  decryptSecrets: boolean;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
  /** Gets what Grafana is waited for, and undefined when that is over. */
  onWait?: (what: string | undefined) => void;
  /** Logins that will be members of the org by the time a plan is applied. */
  expectedUsers?: ReadonlySet<string>;
  /** Loads something once per run and org: teams by id, the folder tree, … */
  memo<T>(key: string, load: () => Promise<T>): Promise<T>;
}

/** One resource as a listing shows it. */
export interface Listed {
  uid: string;
  title: string;
  folderUid?: string;
  /** Equal to the revision of the last snapshot = unchanged. Absent when the listing has no such thing. */
  revision?: string;
  /** The version it is stored in, where the listing says so: read at that version it costs one request. */
  storedVersion?: string;
  /** Present when the listing carried a faithful body, so that no further request is needed. */
  content?: Content;
  /**
   * The body was converted for the listing: where it equals what is looked for, it is that; fit to be kept it is not.
   */
  converted?: true;
}

/** What the last snapshot knows, so that a kind may choose the cheapest listing. */
export interface Known {
  /** Revision stored for a uid; undefined when unknown or when everything is to be read anyway. */
  revision(uid: string): string | undefined;
  /** How many resources of this kind and org the last snapshot holds; 0 when everything is to be read anyway. */
  size: number;
  /**
   * The version that the list of the last snapshot began with, and all that the list held. Equal now = nothing changed.
   */
  whole?: ListState & { resources: readonly Listed[] };
  /**
   * What the last snapshot holds where it is recent enough (`Kind.staleAfter`) to take over from it what a list would
   * take too many requests to show. Anyone who takes something over, or cannot prove that nothing was added, calls
   * `rely`: then the snapshot records since when. Absent = all is to be listed now.
   */
  lastComplete?: { at: Date; resources: readonly Listed[]; rely(): void };
  /** What this run listed of the kind that this one belongs to (`owner`), so that it need not be listed again. */
  owners?: readonly Listed[];
}

/**
 * Whether a Grafana has a kind. `failed` = it has, but did not get ready in time: a backup without it is partial.
 * `lacking` = why what it gives out may lack something: a backup with it is partial, too.
 */
export type Serving = { served: true; lacking?: DashkeepError } | { served: false; reason: KnownReason; failed?: true };

/** Something that a resource needs: restored before it, offered when missing. */
export interface Reference {
  kind: KindName;
  uid: string;
  /** Set when Grafana refuses the resource without it; then a plan that brings it neither is blocked. */
  required?: true;
  /** The resource belongs to it and is invisible without it: blocked, too, where a plan could bring it but does not. */
  owner?: true;
  /** Grafana keeps it as long as something refers to it, even where it lists none of that name. */
  held?: true;
  /** Grafana makes it and what refers to it by itself, under a name that depends on the release. */
  factory?: true;
}

/** A resource to be written to a Grafana. */
export interface Restorable {
  uid: string;
  content: Content;
  /** What is live under that uid now; undefined = create. */
  live?: Content;
}

/** What planning found out about writing a resource, by reads only. */
export interface Forecast {
  /** Set when it cannot be written here, and why. */
  blocked?: KnownReason;
  /** Set when there is nothing left to restore, and why. */
  skip?: KnownReason;
  /** What will be lost or must be entered again. */
  losses: KnownReason[];
  /** A uid under which it could be written, or that of the live resource to use in its place; goes with `blocked`. */
  proposedUid?: string;
  /** What writing it changes about who may see or receive what, besides what its contents alone say. */
  security?: SecurityChange[];
  /** Dashboards that Grafana deletes or replaces when it is written, and why. */
  deletes?: { dashboards: readonly Listed[]; why: KnownReason };
}

export interface WriteContext extends KindContext {
  /** Secrets given for this restore, by field name. */
  secrets(kind: KindName, uid: string): Record<string, string> | undefined;
  /** Whether resources that files, Git Sync or Terraform manage may be written. */
  includeManaged: boolean;
  /** Whether stored secrets stay where the address changes to which Grafana sends them. */
  keepSecrets: boolean;
  /** What Grafana's version history says about what is written. */
  message: string;
}

/** What a kind has to know to say what a write changes about security. */
export interface SecurityContext extends Pick<WriteContext, 'secrets' | 'keepSecrets'> {
  /** Whether the same plan makes that resource: then nobody has it yet. */
  creates(reference: Reference): boolean;
}

export interface Written {
  /** The uid it has now: another one where Grafana hands out its own. */
  uid: string;
  losses: KnownReason[];
}

/** What the documentation's table of kinds says; kept with the code it speaks of. */
export interface KindDeclaration {
  /** What it is, for people: 'Dashboards', 'Contact points'. */
  plural: string;
  scope: 'org' | 'server';
  /** `on request`: only when a person names the kind or the resource. */
  restored: 'yes' | 'partly' | 'on request' | 'no';
  /** 'kept', or what is new after a restore. */
  identity: string;
  lost: string[];
  /** Oldest Grafana where it can be read. */
  minimumVersion: string;
  /** Rights needed to read it, and how to grant them. */
  rights: string[];
}

/**
 * Everything about one kind. Adding a kind is one such file and one line in the registry.
 * A kind only ever talks to Grafana through the context; it never retries on its own what the client retries.
 */
export interface Kind extends KindTraits {
  readonly name: KindName;
  readonly declaration: KindDeclaration;
  /** Kinds that must be written before this one. */
  readonly dependsOn: readonly KindName[];
  /** The kind of resource that it belongs to, under the same uid (permissions). It is made with it and lies with it. */
  readonly owner?: KindName;
  /**
   * Whether live content is exactly what Grafana itself gives to a new owner (permissions), so that nobody's choice is
   * lost when it is replaced. Absent = nothing comes with an owner.
   */
  isDefault?(context: KindContext, live: Content, owner: Content): Promise<boolean>;
  /** Whether live content is empty, as before Grafana gives a new owner the default. Absent = it gives none. */
  isEmpty?(live: Content): boolean;
  /** Whether Grafana's default is in use: it receives alerts, or members can use it. Absent = never. */
  isInUse?(context: KindContext): Promise<boolean>;
  /** How many concurrent writes Grafana accepts: `serial` where all share one document. */
  readonly writes: 'parallel' | 'serial';

  /** Whether this Grafana has the kind at all, and whether the credentials can reach it. */
  serves(context: KindContext): Promise<Serving>;

  /**
   * Every resource of the kind in the org, to the very end.
   * @throws when the list cannot be completed: a listing cut short is an error, never a shorter list.
   */
  list(context: KindContext, known: Known, begin?: BeginList): AsyncIterable<Listed>;

  /**
   * The same as `list` for callers that only check whether bodies are as they should be: all together in as few
   * requests as it goes, with bodies that the server converted, marked as such. Absent = `list` is as good.
   */
  listConverted?(context: KindContext): AsyncIterable<Listed>;

  /**
   * Each resource is read back right after it was written, while others are written: where bodies are large, a list of
   * them all, which can only begin when everything is written, takes longer. Absent = they are listed in the end.
   */
  readonly readBackAtOnce?: true;

  /**
   * A list may lack what is there: pages that shifted, an index that lags behind. What the last snapshot had and the
   * list lacks is read singly before it counts as deleted.
   */
  readonly confirmDeleted?: true;

  /**
   * Milliseconds for which a resource is taken over from the last snapshot without being read. Its listing cannot show
   * every change: an equal revision, or none, proves nothing. It is read sooner when its owner or its revision changed,
   * and in every full read. Absent = the revision alone decides.
   */
  readonly staleAfter?: number;

  /** Whether a context reads many resources with few requests, given their revisions. Absent = one request each. */
  readonly readsTogether?: true;
  /** The revision of content that was just read, if otherwise only a list contains it. Absent = not known. */
  revisionOf?(context: KindContext, uid: string, content: Content): Promise<string | undefined>;
  /** Grafana deletes it with a resource of another kind, under another UID. Absent = with none. */
  readonly deletedAlong?: DeletedAlong<KindContext, Listed>;
  /** The content of one listed resource; undefined when it was deleted meanwhile. */
  read(context: KindContext, listed: Listed): Promise<Content | undefined>;

  /**
   * Names of the secrets that Grafana has and the stored body lacks, so that a restore into an empty Grafana asks for
   * them. Absent = none. Pure.
   */
  secretNames?(body: Json): string[];

  /** The content without the values of secrets that Grafana gave out. Absent = it never holds any. Pure. */
  withoutSecrets?(content: Content): Content;

  /** What the content needs to work. Pure. */
  references(content: Content): Reference[];

  /** The same content with references renamed (data sources, folders, …). Pure. */
  rename?(content: Content, renamed: (reference: Reference) => string): Content;

  /**
   * The same content under another uid, for restoring as a copy. Absent = the kind cannot be copied. Pure.
   * @param ofPart - gives the parts (rules of a group) their new uids; derived from both by default
   */
  copy?(content: Content, uid: string, ofPart?: (part: string) => string): Content;

  /**
   * The uid that follows from the content, for kinds that can't choose it (rule groups: folder and title; annotations:
   * a hash, because Grafana hands out new ids), so that after `rename` the live twin is found. Pure.
   */
  uidOf?(content: Content): string;

  /**
   * Where Grafana chooses uids itself: live resources that are the wanted ones under another uid, by what people know
   * them by. Absent = the uid alone decides.
   * @param taken - live uids that are spoken for.
   * @returns live uids by wanted uid.
   */
  counterparts?(
    context: KindContext,
    wanted: ReadonlyMap<string, Content>,
    taken: ReadonlySet<string>,
  ): Promise<ReadonlyMap<string, string>>;

  /** The content with the parts of the live one that a write keeps. Absent = the content alone. Pure. */
  merge?(content: Content, live: Content): Content;

  /**
   * The live body without what writing these resources has changed about it: anyone who creates an org is made a
   * member. So what a restore itself did is not taken for somebody else's change. Absent = nothing changes it. Pure.
   */
  before?(body: Json, isWritten: (reference: Reference) => boolean): Json;

  /** Which secrets must be entered again after writing it; part of the forecast. Absent = none. Pure. */
  missingSecrets?(context: Pick<SecurityContext, 'secrets' | 'keepSecrets'>, item: Restorable): KnownReason[];

  /** Looks ahead without writing. Absent = nothing to say. */
  forecast?(context: WriteContext, item: Restorable): Promise<Forecast>;

  /**
   * What writing it changes about who may see or receive what. `live` is what people have now: undefined where nothing
   * is, or only what Grafana made by itself. Absent = it never changes anything of the sort. Pure.
   */
  securityChanges?(item: Restorable, context: SecurityContext): SecurityChange[];

  /** Creates or updates. Absent = the kind is archived only. */
  write?(context: WriteContext, item: Restorable): Promise<Written>;
  /** Deletes. Absent = never deleted by Dashkeep. */
  remove?(context: WriteContext, uid: string): Promise<void>;
  /** Whether `remove` only resets this one, so that it is never extra. */
  onlyResets?(uid: string): boolean;
  /** Whether `list` leaves out what is as Grafana made it: a snapshot then has nothing of it. */
  omitsDefaults?: true;
  /**
   * The part of the body that must be equal after a restore; the whole body when absent. `other` is the body that it is
   * compared with: what only one side can know (a secret) is left out. Pure.
   */
  comparable?(body: Json, other: Json): Json;
}
