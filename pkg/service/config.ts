import type { MirrorConfig } from '../engine/mirror/remote.ts';
import type { Alarm } from '../engine/backup/losses/shrunk.ts';
import type { OutboundAllowList } from '../storage/outbound/allow-list.ts';
import type { Level } from './log.ts';
import type { SecretName, SettingsValues } from '../contract/api/settings.ts';
import type { SecretReader } from '../grafana/http/credentials.ts';
import type { Connection } from '../operations/connection.ts';
import type { Sourced } from '../lib/sourced.ts';
import type { StorageSettings } from '../storage/open.types.ts';
import type { ObjectLock } from '../storage/object-lock.ts';
import type { AdminKeys } from './bootstrap/admin.ts';

export interface Address {
  host: string;
  port: number;
}

/** Paths of PEM files. */
export interface TlsFiles {
  cert: string;
  key: string;
}

/** A second target, for copies of what is in the first. */
export interface CopyConfig {
  target: Sourced<string>;
  storage: () => StorageSettings;
  /** A cron expression; undefined: after each complete backup; empty: never automatically. */
  schedule: string | undefined;
  /** Rules of the copy; by default those of the first target. */
  keep: SettingsValues['retention'] | undefined;
  /** Days between two copies that read back everything. */
  verifyDays: number;
}

/** Other installations, read from their repositories. */
export interface FleetConfig {
  /** One that ends with a slash and an asterisk selects every folder. */
  targets: readonly string[];
  /** Fingerprints that are trusted in each of those repositories. */
  trustedKeys: readonly string[];
  /** The deployment's settings for a target. */
  storage: (target: string) => StorageSettings;
  /** Contents of age identity files. */
  identities: () => Promise<string[]>;
}

/** Names and texts of settings, as a deployment gives them. No secret. */
export interface Variables {
  /** The variable of each setting of the pages, by dotted path, and of each secret, by its name. */
  ofPage: ReadonlyMap<string, string>;
  /** The texts of the others that are set, but for those that concern only this machine, by variable. */
  given: ReadonlyMap<string, string>;
  /** The texts of those that concern only this machine, by variable: addresses, and the paths of files. */
  ofMachine: ReadonlyMap<string, string>;
  /** The variables that give secrets, or the paths of their files. */
  ofSecrets: readonly string[];
}

/** The configuration of the service from outside; made by the command line's configuration and by tests. */
export interface ServiceConfig {
  version: string;
  grafana: {
    url: string;
    caFile?: string;
    concurrency?: number;
    timeout?: number;
    /** Tokens that the deployment gives: then none is made. */
    token?: SecretReader;
    orgTokens: ReadonlyMap<number, SecretReader>;
    /** Name and password from the environment; for making tokens, and for reading what belongs to the whole server. */
    admin?: { user: SecretReader; password: SecretReader; from: string };
  };
  /** Other Grafanas that pages may send to. */
  connections: readonly Connection[];
  fleet: FleetConfig;
  /** Whether backups also read what belongs to the whole server, where the deployment gives an admin. */
  serverKinds: boolean;
  /** Only these orgs, where the deployment names some; their tokens must be given. */
  orgIds?: number[];
  admin: {
    /** Where the admin Secret is mounted. */
    directory?: string;
    /** Read through the API instead; the namespace is the pod's own by default. */
    secret?: { namespace?: string; name: string };
    keys: AdminKeys;
  };
  kubernetes: {
    /** Absent = not in a cluster, or not to be used. */
    apiServer?: { host: string; port: number };
    /** Folder with token, ca.crt and namespace. */
    directory: string;
    tokenSecret: string;
    /** Absent = no election: there is one replica only. */
    lease?: string;
  };
  /** Outside Kubernetes. */
  stateDirectory: string;
  /** The Git repository that backups are mirrored to. */
  mirror?: MirrorConfig;
  /** Names this replica, for people: the pod's name. */
  instance: string;
  listen: Address;
  /** Certificate and key of the API; absent = it speaks plain HTTP. */
  tls?: TlsFiles;
  /** Health and metrics; absent = no second port. */
  opsListen?: Address;
  /** How Grafana reaches the service; `http://127.0.0.1:<port>` by default, https where it has a certificate. */
  url?: string;
  /** What the chart says about itself, for the doctor. */
  deployment: { image?: string; networkPolicy?: boolean };
  /** The API's token for the home organization when the deployment gives one. */
  apiToken?: SecretReader;
  /** The same for further organizations. */
  apiOrgTokens: ReadonlyMap<number, SecretReader>;
  /** Age at which tokens of the API that were made here are replaced, in hours. */
  apiTokenHours?: number;
  /** What the deployment decides instead of the settings page, by dotted path: `schedule.backup`. */
  settings: ReadonlyMap<string, Sourced<unknown>>;
  /** What a recovery kit needs to write the settings down under the names of their variables. */
  variables: Variables;
  /** The weakest object lock that is allowed; absent = a page decides. */
  objectLock?: Sourced<ObjectLock>;
  /** What the deployment says about each kind of storage. */
  storage: StorageSettings;
  /** Directories below which a `file://` target of the pages may be. */
  fileRoots: readonly string[];
  /** The only hosts that addresses of the pages may name; undefined = all but metadata services. */
  outboundAllow?: OutboundAllowList;
  secrets: ReadonlyMap<SecretName, Sourced<SecretReader>>;
  copy?: CopyConfig;
  /** Passphrases to try; from the environment only. Where they are given, pages decide nothing about encryption. */
  agePassphrase?: Sourced<() => Promise<string[]>> | undefined;
  /** Fingerprints of signing keys that are trusted besides those in the state. */
  trustedKeys: readonly string[];
  /** From when on backups report deleted and changed resources. */
  alarm: Alarm;
  /** Go on although clocks differ: this machine's is right. */
  ignoreClock: boolean;
  logLevel: Level;
  /** How long a stopping service waits for its run, in milliseconds. */
  stopWithin: number;
}
