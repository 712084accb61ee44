import type { Level } from './log.ts';
import type { SecretName } from '../contract/api/settings.ts';
import type { AdminKeys } from './bootstrap/admin.ts';

/** A secret that may change while the service runs: read at each use. */
export type SecretReader = () => Promise<string>;

/** One setting that the deployment decided, and where. */
export interface Given<T> {
  value: T;
  /** `DASHKEEP_SCHEDULE`; never a value. */
  source: string;
}

/** By dotted path into the settings' values: `schedule.backup`. */
export type GivenSettings = ReadonlyMap<string, Given<unknown>>;

export interface Address {
  host: string;
  port: number;
}

/** All that the service is told from outside; made by the command line's configuration and by tests. */
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
    /** Name and password from the environment; used for bootstrap, and for kinds that only a server admin can read. */
    admin?: { user: SecretReader; password: SecretReader };
  };
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
    mode: 'auto' | 'off';
    /** Folder with token, ca.crt and namespace. */
    directory: string;
    /** Of the API server; absent = not in a cluster. */
    host?: string;
    port: number;
    tokenSecret: string;
    /** Absent = no election: there is one replica only. */
    lease?: string;
  };
  /** Outside Kubernetes. */
  stateDirectory: string;
  /** Names this replica, for people: the pod's name. */
  instance: string;
  listen: Address;
  /** Health and metrics; absent = no second port. */
  opsListen?: Address;
  /** How Grafana reaches the service; `http://127.0.0.1:<port>` by default. */
  url?: string;
  /** The API's token when the deployment gives one. */
  apiToken?: SecretReader;
  settings: GivenSettings;
  secrets: ReadonlyMap<SecretName, Given<SecretReader>>;
  /** Further age passphrases; from the environment only. */
  agePassphrase?: SecretReader;
  /** AWS_*, DASHKEEP_S3_*, HOME: for the resolver of S3 settings. */
  environment: Readonly<Record<string, string | undefined>>;
  logLevel: Level;
  /** How long a stopping service waits for its run, in milliseconds. */
  stopWithin: number;
}
