import * as z from 'zod';
import { asDashkeepError, DashkeepError } from '../../contract/errors.ts';
import type { Clock, Log, Randomness } from '../../contract/ports.ts';
import { GrafanaClient } from '../../grafana/http/client.ts';
import type { CredentialSource } from '../../grafana/http/credentials.ts';
import { GrafanaError } from '../../grafana/http/errors.ts';
import { homeOrg } from '../../grafana/instance.ts';
import { forEachConcurrently } from '../../lib/concurrency/each-at-once.ts';
import type { StateStore } from '../../lib/state.ts';
import { fingerprint } from '../bootstrap/memory.ts';
import type { GrafanaAccess } from '../../operations/grafana.ts';
import type { OrgIdentity } from './caller.ts';

const Known = z.object({
  /** Fingerprints of the last tokens with which Grafana named it: replicas may use different ones for a while. */
  tokens: z.array(z.string()).min(1),
  since: z.iso.datetime(),
  names: z.array(z.string()).min(1),
  before: z.string().optional(),
});
type Known = z.infer<typeof Known>;
const File = z.record(z.string(), Known);

const ENTRY = 'organizations.json';
/** How long a name that Grafana gave is believed. */
const FRESH_MS = 15_000;
/** After it gave none, requests are answered without asking for this time. */
const PAUSE_MS = 1_000;
const TIMEOUT_MS = 10_000;
/** An Admin may rename their organization all day: the first names and the last ones are kept. */
const MOST_NAMES = 20;
const MOST_TOKENS = 3;
const LOOKS_AT_ONCE = 4;

interface Parts {
  grafana: { url: string; caFile?: string };
  access: GrafanaAccess;
  state: StateStore;
  clock: Clock;
  randomness: Randomness;
  log: Log;
  /** Aborted when the service stops. */
  signal: AbortSignal;
}

/**
 * Which organization of this Grafana has an ID. Grafana accepts a token in one organization only, and forgets it when
 * it is rebuilt: while the same token works, an organization with another name was renamed. An ID whose token and name
 * both changed is another organization's from then on.
 */
export class OrgIdentities {
  readonly #parts: Parts;
  readonly #looks = new Map<number, { until: number; known: Promise<Known> }>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** @throws DK_ORGANIZATION_UNKNOWN when neither Grafana says it now nor anything is known from before */
  async of(org: number, home: boolean): Promise<OrgIdentity> {
    const { clock, log } = this.#parts;
    const last = this.#looks.get(org);
    const now = clock.monotonic();
    const look =
      last !== undefined && now < last.until ? last : { until: now + FRESH_MS, known: this.#look(org, home) };
    this.#looks.set(org, look);
    try {
      return await look.known;
    } catch (error) {
      look.until = Math.min(look.until, clock.monotonic() + PAUSE_MS);
      log.debug({ org, reason: asDashkeepError(error).message }, 'the name of an organization could not be read');
      // A Grafana that answers and refuses may be another one.
      const isAway = error instanceof GrafanaError && (error.httpStatus === 0 || error.httpStatus >= 500);
      const known = isAway ? (await this.#read())[org] : undefined;
      if (known === undefined) {
        throw new DashkeepError(
          'DK_ORGANIZATION_UNKNOWN',
          `Grafana has not returned the name of organization ${org} to this service`,
        );
      }
      return known;
    }
  }

  /** Looks at every organization that the service can enter. */
  async lookAtAll(home: number | undefined): Promise<void> {
    const others = [...this.#parts.access.orgCredentials().keys()];
    const all = new Set([...(home === undefined ? [] : [home]), ...others]);
    await forEachConcurrently(LOOKS_AT_ONCE, all, async (org) => {
      await this.of(org, org === home).catch(() => undefined);
    });
  }

  async #look(org: number, home: boolean): Promise<Known> {
    const { access, grafana, clock, randomness, log } = this.#parts;
    // Right after the start, tokens are still looked up.
    await access.credentials().authorization();
    const credentials = access.orgCredentials().get(org) ?? (home ? access.credentials() : undefined);
    if (credentials === undefined) {
      throw new DashkeepError('DK_ORGANIZATION_UNKNOWN', `there is no token for organization ${org}`);
    }
    const limits = { attempts: 1, timeout: TIMEOUT_MS };
    const client = GrafanaClient.open({ ...grafana, credentials, clock, randomness, log, ...limits });
    try {
      const { id, name } = await homeOrg(client, this.#parts.signal);
      if (id !== org) {
        throw new DashkeepError(
          'DK_ORGANIZATION_UNKNOWN',
          `the token of organization ${org} is a token of organization ${id}`,
        );
      }
      return await this.#note(org, name, await tokenOf(credentials));
    } finally {
      await client.close();
    }
  }

  async #note(org: number, name: string, token: string): Promise<Known> {
    const since = this.#parts.clock.now().toISOString();
    const before = (await this.#read())[org];
    if (before?.tokens.includes(token) === true && before.names.at(-1) === name) {
      return before;
    }
    let known: Known = { tokens: [token], since, names: [name], before: name };
    await this.#parts.state.update(ENTRY, (there) => {
      const all = parse(there);
      known = next(all[org], known);
      return Buffer.from(JSON.stringify({ ...all, [org]: known }));
    });
    if (before !== undefined && known.since !== before.since) {
      const reason = `was ${before.names.at(-1)}, and is ${name}`;
      this.#parts.log.warn(
        { org, reason },
        'the ID now belongs to another organization: the earlier contents stay hidden',
      );
    }
    return known;
  }

  async #read(): Promise<Record<string, Known | undefined>> {
    return parse(await this.#parts.state.get(ENTRY));
  }
}

/** What is known after Grafana named an organization. @param seen - as it would be, were nothing known */
function next(known: Known | undefined, seen: Known): Known {
  const [name = ''] = seen.names;
  const [token = ''] = seen.tokens;
  if (known === undefined) {
    return seen;
  }
  if (!known.tokens.includes(token) && known.names.at(-1) !== name) {
    return { ...seen, before: undefined };
  }
  const names = [...known.names.filter((one) => one !== name), name];
  const kept = names.length > MOST_NAMES ? [...names.slice(0, 1), ...names.slice(1 - MOST_NAMES)] : names;
  const tokens = [...known.tokens.filter((one) => one !== token), token].slice(-MOST_TOKENS);
  return { ...known, tokens, names: kept };
}

/** Damaged state is none: then the present names count. */
function parse(stored: Buffer | undefined): Record<string, Known | undefined> {
  try {
    return stored === undefined ? {} : File.parse(JSON.parse(stored.toString('utf8')));
  } catch {
    return {};
  }
}

async function tokenOf(credentials: CredentialSource): Promise<string> {
  return fingerprint(await credentials.authorization());
}
