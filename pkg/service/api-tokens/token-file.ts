import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Log } from '../../contract/ports.ts';
import type { StateStore } from '../../lib/state.ts';

/** In place of an id: the home organization, before it is known which one that is. */
export const HOME_UNKNOWN = 0;

const Facts = z.object({
  org: z.int().nonnegative(),
  /** Where the token itself is in the state. */
  entry: z.string(),
  /** SHA-256 of the token: enough to recognise it. */
  digest: z.string(),
  created: z.iso.datetime(),
  /** The one before, and until when it is accepted; absent = until the app has the present one. */
  previous: z.object({ digest: z.string(), until: z.iso.datetime().optional() }).optional(),
});
/** What is known of the token of one organization. */
export type TokenFacts = z.infer<typeof Facts>;

const File = z.object({ tokens: z.array(Facts) });
const NAME = 'api-tokens.json';

/** `api-tokens.json` in the state: which tokens of the API are accepted. */
export class TokenFile {
  readonly #state: StateStore;
  readonly #log: Log;

  constructor(state: StateStore, log: Log) {
    this.#state = state;
    this.#log = log;
  }

  async read(): Promise<TokenFacts[]> {
    return this.#parse(await this.#state.get(NAME));
  }

  /** Without losing what others change concurrently. */
  async update(change: (tokens: TokenFacts[]) => TokenFacts[]): Promise<void> {
    await this.#state.update(NAME, (there) => Buffer.from(JSON.stringify({ tokens: change(this.#parse(there)) })));
  }

  /** Damaged facts are no facts: every token is made again then. */
  #parse(bytes: Buffer | undefined): TokenFacts[] {
    try {
      return bytes === undefined ? [] : File.parse(JSON.parse(bytes.toString('utf8'))).tokens;
    } catch {
      this.#log.warn({ entry: NAME }, 'the stored data about API tokens is damaged and is ignored');
      return [];
    }
  }
}

/** `DASHKEEP_API_TOKEN` and `DASHKEEP_API_TOKEN_ORG_<n>` in the Secret. */
export function tokenEntry(org: number | 'home'): string {
  return org === 'home' ? 'dashkeep-api-token' : `dashkeep-api-token-org-${org}`;
}

/** @returns the SHA-256 in hex by which a token is recognized without being stored */
export function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
