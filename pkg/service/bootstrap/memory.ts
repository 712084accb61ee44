import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Log } from '../../contract/ports.ts';
import type { StateStore } from '../../lib/state.ts';
import { isWellFormed } from './grafana.ts';

/** What is known about a token beyond itself. Lives beside it, so that it is lost together with it or not at all. */
const TokenFacts = z.object({
  org: z.int().positive(),
  name: z.string(),
  /** Says which token these facts are about, without being of use to anybody. */
  fingerprint: z.string(),
  created: z.iso.datetime(),
  expires: z.iso.datetime(),
  /** The one before it, which other replicas may still be using. */
  previous: z.string().optional(),
});
export type TokenFacts = z.infer<typeof TokenFacts>;

/** The service account of one org. */
const AccountFacts = z.object({
  name: z.string(),
  /** Absent while it is being made. */
  id: z.int().positive().optional(),
  /** Where this Grafana gives accounts one. */
  uid: z.string().optional(),
  /** When the request to make it was sent, until it is known what came of that. */
  making: z.iso.datetime().optional(),
  /** The usual name, where somebody else's account has it. */
  instead: z.string().optional(),
  /** Restored from a backup and used since then, as long as no one else makes tokens of it. */
  adopted: z.literal(true).optional(),
});
export type AccountFacts = z.infer<typeof AccountFacts>;

const AppFacts = z.object({
  url: z.string(),
  fingerprint: z.string(),
  /** Somebody switched the app off: its token was revoked, and it gets no token until it is on again. */
  disabled: z.boolean().optional(),
  /** The address of another service that has the app; this one leaves it alone. */
  other: z.string().optional(),
});

const Facts = z.object({
  /** The admin's own org: its token is `GRAFANA_API_TOKEN`. */
  home: z.int().positive().optional(),
  tokens: z.array(TokenFacts),
  /** By org. */
  accounts: z.record(z.string(), AccountFacts).default({}),
  /** What the app was last configured with, by org. */
  apps: z.record(z.string(), AppFacts),
});
export type Facts = z.infer<typeof Facts>;

const FACTS = 'bootstrap.json';

/** @returns 16 hex digits of a salted SHA-256, to recognize a secret without storing it */
export function fingerprint(secret: string): string {
  return createHash('sha256').update(`dashkeep fingerprint ${secret}`).digest('hex').slice(0, 16);
}

/** Undefined for a token that somebody else made. */
export function expiryOf(known: TokenFacts | undefined): Date | undefined {
  return known === undefined ? undefined : new Date(known.expires);
}

/** The bootstrap's part of the state: tokens of Grafana, and what is known about them. */
export class TokenMemory {
  readonly #state: StateStore;
  readonly #log: Log;

  constructor(state: StateStore, log: Log) {
    this.#state = state;
    this.#log = log;
  }

  /** Undefined when there is none, or what is there can't be a token. */
  async token(org: number, home: number | undefined): Promise<string | undefined> {
    const name = tokenName(org, home);
    const text = (await this.#state.get(name))?.toString('utf8').trim();
    if (text === undefined || text === '') {
      return undefined;
    }
    if (!isWellFormed(text)) {
      this.#log.warn({ entry: name }, 'the stored token is not valid and is replaced');
      return undefined;
    }
    return text;
  }

  storeToken(org: number, home: number | undefined, token: string): Promise<void> {
    return this.#state.set(tokenName(org, home), Buffer.from(token));
  }

  /**
   * Tokens by org, of all but the home one.
   * @param home - a token; undefined is returned unless it is the stored one of the home org
   */
  async others(home: string): Promise<Map<number, string> | undefined> {
    const facts = await this.facts();
    if ((await this.token(1, undefined)) !== home) {
      return undefined;
    }
    const tokens = new Map<number, string>();
    for (const { org } of facts.tokens) {
      const token = org === facts.home ? undefined : await this.token(org, facts.home);
      if (token !== undefined) {
        tokens.set(org, token);
      }
    }
    return tokens;
  }

  /** Drops the tokens of orgs that no longer exist. @param orgs - all that exist */
  async keepOnly(orgs: readonly number[], facts: Facts): Promise<void> {
    const gone = facts.tokens.filter(({ org }) => org !== facts.home && !orgs.includes(org));
    if (gone.length === 0) {
      return;
    }
    facts.tokens = facts.tokens.filter((one) => !gone.includes(one));
    await this.storeFacts(facts);
    for (const { org } of gone) {
      await this.#state.delete(tokenName(org, facts.home));
    }
  }

  /** Damaged facts are no facts: everything in them can be found out again. */
  async facts(): Promise<Facts> {
    const text = (await this.#state.get(FACTS))?.toString('utf8');
    try {
      return text === undefined ? noFacts() : Facts.parse(JSON.parse(text));
    } catch {
      this.#log.warn({ entry: FACTS }, 'the stored data about tokens is damaged and is ignored');
      return noFacts();
    }
  }

  storeFacts(facts: Facts): Promise<void> {
    return this.#state.set(FACTS, Buffer.from(JSON.stringify(facts)));
  }
}

function noFacts(): Facts {
  return { tokens: [], accounts: {}, apps: {} };
}

/** `GRAFANA_API_TOKEN` and `GRAFANA_API_TOKEN_ORG_<n>` in the Secret. */
function tokenName(org: number, home: number | undefined): string {
  return home === undefined || org === home ? 'grafana-api-token' : `grafana-api-token-org-${org}`;
}
