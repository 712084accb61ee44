import { randomBytes } from 'node:crypto';
import type { Org, ServiceAccount, Token, User, Permission } from './model/model.ts';
import type { Stored, Role } from './model/stored.ts';
import type { Profile } from './profiles/profiles.ts';
import { copyOf } from './copy.ts';
import { Random } from './random.ts';
import { SearchIndex } from './search-index.ts';
import { builtInPlugins, systemSso, type DashboardSnapshot, type PublicDashboard } from './model/content.ts';
import { ListVersions, type Unified } from './profiles/list-versions.ts';
import { emptyExtras } from './model/org.ts';

/** Everything that the simulated Grafana remembers; tests look into it and change it. */
export class GrafanaState {
  readonly profile: Profile;
  readonly orgs = new Map<number, Org>();
  readonly users = new Map<number, User>();
  tokens: Token[] = [];
  plugins = builtInPlugins();
  sso = systemSso();
  /** Of organizations that were deleted: Grafana 11.6 and 12.4 leave them in their table. */
  leftLinks: PublicDashboard[] = [];
  /** The same for dashboard snapshots. */
  leftSnapshots: DashboardSnapshot[] = [];
  /** With which it signs tokens: no two databases have the same. */
  signingKey = newSigningKey();
  /** Added to the machine's clock; see Simulator.advance. */
  skewMs = 0;
  /** Continue tokens issued before this moment are refused with 410; see expireContinueTokens. */
  tokensExpiredBefore = 0;
  readonly random: Random;
  searchDelayMs: number;
  #id = 0;
  /** Users and service accounts share their numeric ids. */
  #userId = 0;
  readonly versions = new ListVersions();

  constructor(profile: Profile, options: { seed: number; searchDelayMs: number }) {
    this.profile = profile;
    this.random = new Random(options.seed);
    this.searchDelayMs = options.searchDelayMs;
    this.reset();
  }

  /** A Grafana as it is after its first start: one org, the admin user, nothing else. */
  reset(): void {
    this.orgs.clear();
    this.users.clear();
    this.tokens = [];
    this.leftLinks = [];
    this.leftSnapshots = [];
    this.plugins = builtInPlugins();
    this.sso = systemSso();
    this.signingKey = newSigningKey();
    this.#id = 0;
    this.#userId = 0;
    const admin = this.addUser({ login: 'admin', email: 'admin@localhost', name: '', password: 'admin' });
    admin.isGrafanaAdmin = true;
    this.addOrg('Main Org.').members.set(admin.id, 'Admin');
  }

  /**
   * Keeps a copy of everything, so that tests with the same beginning have to make it only once.
   * @returns a function that goes back to it, as often as wanted
   */
  keep(): () => void {
    const restores = [this.random.keep(), this.versions.keep()];
    const [id, userId] = [this.#id, this.#userId];
    const { orgs, users, tokens, plugins, sso, leftLinks, leftSnapshots, signingKey, skewMs, tokensExpiredBefore } =
      this;
    const rest = { tokens, plugins, sso, leftLinks, leftSnapshots, signingKey, skewMs, tokensExpiredBefore };
    const kept = copyOf({ orgs, users, rest });
    const indexed = new Map([...orgs].map(([org, { index }]) => [org, [...index.entries()]]));
    return () => {
      restores.forEach((restore) => restore());
      [this.#id, this.#userId] = [id, userId];
      const copy = copyOf(kept);
      this.orgs.clear();
      this.users.clear();
      copy.users.forEach((user, key) => this.users.set(key, user));
      for (const [key, org] of copy.orgs) {
        org.index = this.#newIndex();
        indexed.get(key)?.forEach((entry) => org.index.put(entry));
        org.index.flush();
        this.orgs.set(key, org);
      }
      Object.assign(this, copy.rest);
    };
  }

  /** Empties every org; orgs, their members, service accounts and tokens stay. */
  wipe(): void {
    for (const org of this.orgs.values()) {
      org.folders.clear();
      org.dashboards.clear();
      org.history.length = 0;
      org.index.clear();
      Object.assign(org, emptyExtras(this.profile.defaultReceiver));
    }
    this.sso = systemSso();
    for (const resource of ['dashboards', 'folders', 'playlists'] as const) {
      this.nextResourceVersion(resource);
    }
  }

  now(): number {
    return Date.now() + this.skewMs;
  }

  /** Every continue token handed out so far is too old from now on. */
  expireContinueTokens(): void {
    this.tokensExpiredBefore = this.now() + 1;
    this.skewMs += 2;
  }

  nextId(): number {
    return ++this.#id;
  }

  /** A uid as Grafana makes them: 14 characters. */
  newUid(): string {
    return this.random.id(14);
  }

  /** Of the form unified storage hands out: a number far above 2^53's half, only ever growing. */
  nextResourceVersion(resource?: Unified): string {
    return this.versions.advance(1000 + this.random.below(1000), resource);
  }

  /** The facts of a new object; `resource` when unified storage holds it. */
  stored(uid: string, by: string, resource?: Unified): Stored {
    const now = this.now();
    return {
      id: this.nextId(),
      uid,
      objectUid: `${this.random.id(8)}-${this.random.id(4)}-${this.random.id(4)}-${this.random.id(12)}`,
      generation: 1,
      resourceVersion: this.nextResourceVersion(resource),
      created: now,
      createdBy: by,
      updated: now,
      updatedBy: by,
    };
  }

  /** Marks an object as changed. */
  touch(object: Stored, by: string, resource?: Unified): void {
    object.generation++;
    object.resourceVersion = this.nextResourceVersion(resource);
    object.updated = this.now();
    object.updatedBy = by;
  }

  /** Keeps an object for the list of deleted ones. @returns how that list shows it */
  keepDeleted<T extends Stored>(org: Org, resource: Unified, object: T | undefined, by: string): T | undefined {
    const updated = this.now();
    const resourceVersion = this.nextResourceVersion(resource);
    if (object === undefined) {
      return undefined;
    }
    const kept = { ...object, generation: -999, resourceVersion, updated, updatedBy: by, deleted: updated };
    (org.deleted[resource] ??= new Map()).set(object.uid, kept);
    return kept;
  }

  org(id: number): Org {
    const org = this.orgs.get(id);
    if (org === undefined) {
      throw new Error(`the simulator has no org ${id}`);
    }
    return org;
  }

  addOrg(name: string): Org {
    const id = Math.max(0, ...this.orgs.keys()) + 1;
    const org: Org = {
      id,
      name,
      address: { address1: '', address2: '', city: '', zipCode: '', state: '', country: '' },
      created: this.now(),
      multipleTrees: this.profile.major >= 13,
      folders: new Map(),
      dashboards: new Map(),
      trash: new Map(),
      deleted: {},
      history: [],
      serviceAccounts: new Map(),
      members: new Map(),
      index: this.#newIndex(),
      ...emptyExtras(this.profile.defaultReceiver),
    };
    this.orgs.set(id, org);
    return org;
  }

  addUser(given: { login: string; email?: string; name?: string; password?: string }): User {
    const now = this.now();
    const user: User = {
      id: ++this.#userId,
      uid: this.newUid(),
      login: given.login,
      email: given.email ?? given.login,
      name: given.name ?? given.login,
      password: given.password ?? '',
      isGrafanaAdmin: false,
      isDisabled: false,
      authLabels: [],
      created: now,
      updated: now,
      preferences: {},
    };
    this.users.set(user.id, user);
    return user;
  }

  addServiceAccount(
    orgId: number,
    given: { name: string; role?: Role; extra?: Permission[]; without?: string[] },
  ): ServiceAccount {
    const id = ++this.#userId;
    const account: ServiceAccount = {
      id,
      uid: this.newUid(),
      name: given.name,
      login: `sa-${orgId}-${given.name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`,
      role: given.role ?? 'Viewer',
      isDisabled: false,
      isExternal: false,
      created: this.now(),
      extra: given.extra ?? [],
      without: given.without ?? [],
    };
    this.org(orgId).serviceAccounts.set(id, account);
    return account;
  }

  addToken(orgId: number, given: { name: string; serviceAccountId?: number; role?: Role; ttlSeconds?: number }): Token {
    const now = this.now();
    const token: Token = {
      id: this.nextId(),
      name: given.name,
      key:
        given.serviceAccountId === undefined
          ? `eyJ${this.random.id(60)}`
          : `glsa_${this.random.id(32)}_${this.#hex(8)}`,
      orgId,
      serviceAccountId: given.serviceAccountId,
      role: given.role,
      created: now,
      expires: given.ttlSeconds ? now + given.ttlSeconds * 1000 : undefined,
      revoked: false,
    };
    this.tokens.push(token);
    return token;
  }

  #newIndex(): SearchIndex {
    return new SearchIndex(() => this.now(), this.searchDelayMs);
  }

  #hex(length: number): string {
    return Array.from({ length }, () => this.random.below(16).toString(16)).join('');
  }
}

function newSigningKey(): { x: string; y: string } {
  const half = (): string => randomBytes(32).toString('base64url');
  return { x: half(), y: half() };
}
