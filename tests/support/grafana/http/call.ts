import { isJsonObject, parseJson, type Json, type JsonObject } from '../../../../pkg/lib/json/json.ts';
import { accessDenied, problem, unauthenticated } from './problems.ts';
import { authorOf, can, type Identity } from '../access.ts';
import type { GrafanaState } from '../state.ts';
import type { Org } from '../model/model.ts';
import type { Profile } from '../profiles/profiles.ts';
import type { Tuning } from '../tuning.ts';

/** A JSON text that is ready to be sent, in one piece or several. */
export class Raw {
  readonly parts: string[];
  readonly status: number;

  constructor(text: string | string[], status = 200) {
    this.parts = typeof text === 'string' ? [text] : text;
    this.status = status;
  }
}

/** An answer with a status other than 200. */
export class Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Record<string, string>;

  constructor(status: number, body: unknown, headers: Record<string, string> = {}) {
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** One request, authenticated and routed. */
export class Call {
  readonly state: GrafanaState;
  readonly tuning: Tuning;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly bodyText: string;
  /** The client went away: what the request creates gets no default permissions. */
  readonly isAbandoned: boolean;
  params: Record<string, string> = {};
  caller: Identity | undefined;

  constructor(given: {
    state: GrafanaState;
    tuning: Tuning;
    method: string;
    path: string;
    query: URLSearchParams;
    headers: Record<string, string | string[] | undefined>;
    bodyText: string;
    isAbandoned?: boolean;
  }) {
    this.state = given.state;
    this.tuning = given.tuning;
    this.method = given.method;
    this.path = given.path;
    this.query = given.query;
    this.headers = given.headers;
    this.bodyText = given.bodyText;
    this.isAbandoned = given.isAbandoned === true;
  }

  get profile(): Profile {
    return this.state.profile;
  }

  get identity(): Identity {
    if (this.caller === undefined) {
      throw unauthenticated('auth.unauthorized', 'Unauthorized');
    }
    return this.caller;
  }

  get org(): Org {
    const org = this.state.orgs.get(this.identity.orgId);
    if (org === undefined) {
      throw problem(500, 'invalid org id');
    }
    return org;
  }

  get author(): string {
    return authorOf(this.identity);
  }

  header(name: string): string {
    const value = this.headers[name];
    return typeof value === 'string' ? value : '';
  }

  param(name: string): string {
    return this.params[name] ?? '';
  }

  /** The body, numbers untouched. */
  json(): JsonObject {
    let value: Json;
    try {
      value = parseJson(this.bodyText);
    } catch {
      throw problem(400, 'bad request data');
    }
    if (!isJsonObject(value)) {
      throw problem(400, 'bad request data');
    }
    return value;
  }

  /** The body where nothing depends on how its numbers are written. */
  plain<T>(): T {
    try {
      return JSON.parse(this.bodyText) as T;
    } catch {
      throw problem(400, 'bad request data');
    }
  }

  /** A query parameter as a whole number. */
  number(name: string, fallback: number): number {
    const value = Number(this.query.get(name) ?? '');
    return this.query.get(name) && Number.isInteger(value) ? value : fallback;
  }

  /** Refuses the call unless one of the actions is granted on the scope. */
  require(actions: string | string[], scope?: string): void {
    const list = typeof actions === 'string' ? [actions] : actions;
    if (!list.some((action) => can(this.identity, action, scope))) {
      throw accessDenied(list.length === 1 ? (list[0] ?? '') : `any of ${list.join(', ')}`);
    }
  }
}
