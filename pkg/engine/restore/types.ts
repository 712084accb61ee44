import type { KindName, NamedRef, ResourceRef } from '../../contract/kinds.ts';
import type { ManifestEntry, Manifest } from '../../contract/manifest.ts';
import type { Entered, RunRecord } from '../../contract/runs.ts';
import type { DataSourceMatch } from '../../contract/api/restores.ts';
import type { ApplyResult, PlanItem } from '../../contract/plan.ts';
import type { Clock, Log, Randomness } from '../../contract/ports.ts';
import type { KnownReason } from '../../contract/reasons/catalogue.ts';
import type { Instance, Org } from '../../grafana/instance.ts';
import type { Content } from '../../grafana/kinds/content.ts';
import type { Repository } from '../../repository/repository.ts';
import type { OnProgress } from '../progress.ts';
import type { Recent } from '../recent.ts';
import type { WantedMembership } from '../../grafana/kinds/access/user/memberships.ts';

/** What the record of a run says also where the run did not come to its end. */
export type RunFacts = Partial<
  Pick<
    RunRecord,
    | 'snapshot'
    | 'touched'
    | 'security'
    | 'entered'
    | 'gave'
    | 'undoes'
    | 'planned'
    | 'source'
    | 'grafana'
    | 'counts'
    | 'finish'
    | 'request'
    | 'connection'
  >
>;

/** What an entry becomes: the same in another place, or under another uid. */
export interface Mapped {
  uid: string;
  content: Content;
}

/** Turns entries of the snapshot into what will be written. */
export interface Mapping {
  /** The org of the target that an entry goes to. */
  orgOf(entry: ManifestEntry): number;
  /** Whether an entry becomes something new beside the original. */
  isCopy(entry: ManifestEntry): boolean;
  /** The uid of the live resource that is used instead of an entry, or of what it belongs to. */
  standIn(entry: ManifestEntry): string | undefined;
  /** The uid by which others refer to an entry, as far as it is known without its content. */
  knownAs(entry: ManifestEntry): string;
  /** Whether an entry may be written otherwise than the snapshot holds it. */
  mayChange(entry: ManifestEntry): boolean;
  /** Why an entry takes no part in a copy; undefined when it does, or nothing is copied. */
  leftOut(entry: ManifestEntry): KnownReason | undefined;
  /** The uid that an entry will have; reads its content only where the uid follows from it. */
  uidOf(entry: ManifestEntry, read: () => Promise<Content>): Promise<string>;
  /** Users in the contents so far, by login, with their email address in the snapshot if it is known. */
  readonly users: ReadonlyMap<string, string | undefined>;
  /** The very same content where nothing about it changes. */
  apply(entry: ManifestEntry, content: Content): Mapped;
}

/** Of entries of which only parts are restored: the uids of these and their titles. */
export type Parts = ReadonlyMap<ManifestEntry, ReadonlyMap<string, string>>;

/** What of a snapshot is to be restored. Several conditions narrow it down together; none = everything. */
export interface Selection {
  /** Ids of orgs in the snapshot. What is named and only others hold is selected all the same. */
  orgs?: readonly number[];
  kinds?: readonly KindName[];
  /** Single resources and alert rules; without an org in each of the selected orgs that holds them. */
  only?: readonly (Omit<NamedRef, 'org'> & { org?: number })[];
  /** Folders with all that is below them, what belongs to it, and the library panels that their dashboards use. */
  folders?: readonly { uid: string; org?: number }[];
  /** Single resources besides what all that means. */
  also?: readonly (Omit<ResourceRef, 'org'> & { org?: number })[];
  /**
   * Without what belongs to single folders and dashboards: permissions, public dashboards, annotations; and without
   * keeping live rules that a group lacks, or live integrations that a contact point lacks.
   */
  exactly?: true;
}

/** Restoring beside what exists instead of over it. */
export interface CopyOptions {
  /** Live folder to put the copies in; absent = where the originals were. */
  folderUid?: string;
  /** Org to put them in; absent = that of the originals. */
  org?: number;
  /** Title suffix. */
  suffix?: string;
  /** UID of the copy, where only one resource is copied; derived from the snapshot and the place otherwise. */
  uid?: string;
}

export interface RestoreOptions {
  /** Also update what is live and differs. */
  overwrite: boolean;
  /**
   * Instead: update, and with `deleteExtra` delete, only what is as an earlier migration left it; the rest is a
   * conflict.
   */
  promote?: true;
  /**
   * Organizations that the restore creates, by name: without `overwrite`, it also adds an existing account to them, by
   * its login.
   */
  newOrgs?: (login: string) => ReadonlySet<string>;
  /** Organizations, by name, that an account leaves although the snapshot does not know them; by its login. */
  leaves?: (login: string) => ReadonlySet<string>;
  /** Also write what files, Git Sync, Terraform or an operator manage. */
  includeManaged: boolean;
  /** Also delete what is live within the selection and not in the snapshot. Needs a typed confirmation to apply. */
  deleteExtra?: boolean;
  /** Under new uids. */
  copy?: CopyOptions;
  /** Org of the snapshot → org of this Grafana. */
  orgs?: ReadonlyMap<number, number>;
  /** Uid of a data source in the snapshot → uid of a live one. Wins over what is found by uid, name and type. */
  dataSources?: ReadonlyMap<string, string>;
  /** Folders, teams, users, contact points and mute timings by kind and UID → live ones that are used instead. */
  replace?: ReadonlyMap<KindName, ReadonlyMap<string, string>>;
  /** Under new UIDs that are derived from the source, with everything that refers to them; for another Grafana. */
  newUids?: true;
  /** Bring alert rules in paused, so that nothing is evaluated and nobody is called. */
  pauseRules?: boolean;
  /** Leave stored secrets where the address changes to which Grafana sends them. */
  keepSecrets?: boolean;
  /** Secrets given for this restore, by field name; without an organization only those that name none. */
  secrets?: ((kind: KindName, uid: string, org?: number) => Record<string, string> | undefined) & {
    /** The entries that no one has asked for, such as `contact-point/ops`. */
    unused?: () => string[];
  };
}

export interface PlanRequest {
  manifest: Manifest;
  /** Of the target: for its safety snapshots, records and locks. */
  repository: Repository;
  /** The repository with the snapshot, if a snapshot of one Grafana goes to another. */
  source?: Repository;
  instance: Instance;
  selection: Selection;
  options: RestoreOptions;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
  /** What the last backup knows of the target, so that not everything has to be read; absent = all is read. */
  recent?: Recent;
  onProgress?: OnProgress;
  /** Gets what Grafana is waited for, and undefined when that is over. */
  onWait?: (what: string | undefined) => void;
  /** Logins that will be members of an org by the time the plan is applied, by id of the org. */
  expectedUsers?: ReadonlyMap<number, ReadonlySet<string>>;
  /** IDs of organizations that are those of the snapshot, although they may have other names by now. */
  sameOrgs?: ReadonlySet<number>;
  /**
   * For a plan that is applied immediately: dashboards that are missing are planned from what the manifest says, and
   * their bodies read when they are written. What they use and the target lacks is found out then; see Plan.deferred.
   */
  deferBodies?: boolean;
}

/** One item of a plan with what is needed to apply it. */
export interface PlannedItem extends PlanItem {
  /** Its entry in the snapshot. For a deletion, the entry that a restore created it from, if known. */
  entry?: ManifestEntry;
  /** Fingerprint of what is live now (apply/change-log.ts); absent when nothing is. */
  live?: string;
  /** Who may change it back after it is updated: a manager, or `api` for a program that saved it. */
  manager?: string;
  /** Written instead of the content of the snapshot: its entry is of a safety snapshot, which has it as it was. */
  aside?: Content;
  /** UID of an app: before that is enabled or disabled, what is live is deleted, as Grafana would do. */
  app?: string;
}

/** What the selection needs, and neither the target nor the plan has. */
export interface MissingDependency extends ResourceRef {
  title: string;
  /** Whether the snapshot holds it, so that it can be added. */
  inSnapshot: boolean;
}

export interface Plan {
  snapshot: string;
  /** In the order in which they would be written. */
  items: PlannedItem[];
  missing: MissingDependency[];
  /** How each data source that the selection uses is found here. */
  dataSources: DataSourceMatch[];
  /** For which of its items secrets are supplied. */
  supplied?: readonly PlannedItem[];
  /** What must be typed to apply it; absent when nothing is deleted, and nobody gets to see or receive more. */
  confirm?: string;
  /** Turns what the snapshot holds into what will be written. */
  mapping: Mapping;
  /** The run that it undoes. */
  undoes?: string;
  /** Set when accounts leave organizations: Grafana also removes them from teams and permissions there. */
  anyLeaves?: true;
  /** Roles that the run left to accounts, and the IDs of the organizations that it created. */
  roles?: { accounts: readonly Entered[]; created: ReadonlySet<number> };
  /** Accounts that may keep the Admin role, by login, and where: only a server admin can take it back. */
  keptRoles?: { login: string; orgs: readonly string[] }[];
  /** Organizations that an undo has to enter, and its plan from inside, by the account that entered them. */
  enters?: { orgs: readonly Org[]; again: (own: Entered) => Promise<{ request: PlanRequest; plan: Plan }> };
  /** Set when bodies are read only while applying. */
  deferred?: Deferred;
  /** Set when all of the snapshot is restored, organizations and users included. */
  everything?: Everything;
}

/** What a plan leaves to its applying: the needs of resources whose bodies it did not read. */
export interface Deferred {
  need(item: PlannedItem, content: Content): void;
  /** Completes `missing`, `dataSources` and the losses of the plan. */
  settle(plan: Plan): Promise<void>;
}

/** The account that restores, with its memberships before the restore. */
export interface Caller {
  id: number;
  login: string;
  /** By id of the organization. */
  memberships: ReadonlyMap<number, WantedMembership>;
}

/** Where an organization of the snapshot goes. */
export interface OrgTarget {
  /** Its id in the snapshot; 0 where the snapshot does not say. */
  from: number;
  name: string;
  /** Its live twin; undefined when the restore has to create it. */
  org?: Org;
  /** The name of the live twin, when it is another one and is changed. */
  renamedFrom?: string;
  /** The ID of the live twin, when the snapshot has another one for the name. */
  otherId?: number;
  /** Without a live twin: the name of the live organization with its ID, which may be the same one. */
  namedNow?: string;
  /** Whether the account that restores is an Admin there: Grafana shows others nothing, or less. */
  isOpen: boolean;
  /** A restore of this snapshot that did not finish created it, so that members may still have to join. */
  isNew?: true;
  /** No one can have put back an earlier record that says so: nothing in it was anyone's before that restore. */
  isSure?: true;
}

/** What applying a plan of everything goes by. */
export interface Everything {
  caller: Caller;
  targets: readonly OrgTarget[];
  /** Accounts that an unfinished restore made members of the organizations that it created. */
  joined: ReadonlySet<string>;
  /** Where the caller is an Admin only because an unfinished restore made it one; `caller` has its roles before. */
  left: readonly WantedMembership[];
  /** Other accounts with roles from an unfinished restore. */
  others: readonly Entered[];
  /** What the organizations hold that are there and open to the caller. */
  content: Plan;
  /**
   * Whether nobody else has an account on the server: then making accounts, and changing this one, opens nothing to
   * anybody.
   */
  isAlone: boolean;
}

export interface ApplyOptions extends PlanRequest {
  plan: Plan;
  /** Id of the run: names the restore while it excludes others. */
  run?: string;
  /** Take a snapshot first, so that the restore can be undone. */
  safetySnapshot: boolean;
  /** What was typed to confirm the plan; see Plan.confirm. */
  confirm?: string;
  by?: string;
  version: string;
  randomness: Randomness;
  /** Called with what the record of the run needs to say even when the run is cut short. */
  note?: (facts: RunFacts) => void;
  /** Keeps what was noted in the record of the run, while it goes on. */
  checkpoint?: () => Promise<void>;
}

export interface Restored {
  results: ApplyResult[];
  /** Id of the snapshot that was taken before anything was written. */
  safetySnapshot?: string;
}
