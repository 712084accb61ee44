import * as z from 'zod';
import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import type { Log } from '../../contract/ports.ts';
import type { ObjectStore } from '../../storage/store.ts';
import { targetTime, type TimePorts } from '../clocks.ts';
import { ENVELOPE_BYTES } from '../objects/codec.ts';
import { printable, sessionKey, SESSIONS } from '../layout.ts';
import { CurrentSession } from './current.ts';
import type { Session } from './session.ts';
import { hasEnded, ownerHere, SessionOwner, type ServiceIdentity } from './owner.ts';
import type { Trust } from '../signing/trust.ts';

/** A session that has said nothing for so long, by the store's clock, is taken for dead. */
export const SESSION_DEAD = 10 * 60_000;

/** One of this service after so long: by then it has taken itself for dead. */
const OWN_SESSION_DEAD = 5 * 60_000;
const WAIT_STEP = 5_000;

/**
 * A prune that no trusted key has signed is waited for so long, in milliseconds: it gives way before its next deletion.
 */
const FOREIGN_WAIT = 10_000;

/** How old the time in a signed session may be by the store's clock: a copy of an old one says nothing. */
const HEARTBEAT_VALID = SESSION_DEAD + 5 * 60_000;

const SessionFile = z.object({
  kind: z.string(),
  heartbeat: z.iso.datetime().optional().catch(undefined),
  /** Absent in what earlier releases wrote. */
  owner: SessionOwner.optional().catch(undefined),
  started: z.iso.datetime().optional().catch(undefined),
  /** What identifies the Grafana that a restore writes to. */
  grafana: z.array(z.string()).optional().catch(undefined),
});

/** What a session says; `signer` is the fingerprint of the key that signed it. */
type ReadSession = z.infer<typeof SessionFile> & { signer: string | undefined };

/** Counts as alive until it is old. */
const UNREADABLE: ReadSession = { kind: 'run of an unknown kind', signer: undefined };

/** How often a session is read that is listed but not found. */
const READS = 5;

/** A session of somebody else that is not dead. */
export interface LiveSession extends ReadSession {
  id: string;
  /** Milliseconds since it was last heard of. */
  silent: number;
  /** Whether the time in it is recent: that in a copy of an old one is not. */
  fresh: boolean;
  /** Whether a trusted key has signed it lately, or nothing is signed here. */
  counts: boolean;
}

/**
 * Sessions keep a prune from removing what a running backup relies on. The rule on both sides is: write your own
 * session, then look for others. So of two that start concurrently at least one sees the other; a prune gives way, and
 * anybody else waits until the prune is over. Ages are by the store's clock alone.
 */
export class Sessions {
  readonly #store: ObjectStore;
  readonly #ports: TimePorts & { log: Log; trust: Trust };
  readonly #log: Log;
  readonly #trust: Trust;
  readonly #identity: ServiceIdentity | undefined;
  readonly #owner: SessionOwner;
  readonly #open = new Set<CurrentSession>();

  /** @param identity - the service that works here; undefined for the command line */
  constructor(ports: TimePorts & { log: Log; trust: Trust }, identity?: ServiceIdentity) {
    this.#store = ports.store;
    this.#ports = ports;
    this.#log = ports.log;
    this.#trust = ports.trust;
    this.#identity = identity;
    this.#owner = ownerHere(identity?.service);
  }

  /** Opens a session, and waits while a prune is removing objects. */
  async open(
    run: { id: string; kind: string; grafana?: readonly string[] },
    options: { signal?: AbortSignal } = {},
  ): Promise<Session> {
    const session = this.#make(run);
    await session.heartbeat(options.signal);
    this.#open.add(session);
    try {
      await this.#waitForPrunes(run.id, options.signal);
    } catch (error) {
      await session.end();
      throw error;
    }
    session.keepAlive();
    return session;
  }

  /**
   * A prune's own session: given only when nobody else is at work.
   * @throws DK_PRUNE_UNSAFE naming anyone who is.
   */
  async openExclusive(
    run: { id: string; kind: 'prune' },
    options: { signal?: AbortSignal } = {},
  ): Promise<CurrentSession> {
    const session = this.#make(run);
    await session.heartbeat(options.signal);
    try {
      const [other] = await this.live(run.id, options.signal);
      if (other !== undefined) {
        throw atWork(other);
      }
    } catch (error) {
      await session.end();
      throw error;
    }
    session.keepAlive();
    return session;
  }

  /**
   * For a prune, before each deletion: anyone who trusts its key waits for it, others do not.
   * @throws DK_PRUNE_UNSAFE
   */
  async giveWay(self: string, signal?: AbortSignal): Promise<void> {
    const { own, standing } = this.#trust;
    const other = (await this.live(self, signal)).find(({ signer }) => signer === undefined || signer !== own);
    if (other !== undefined && standing !== 'unsigned') {
      throw atWork(other);
    }
  }

  /** Others that are not dead. One that cannot be read counts as alive until it is old. */
  async live(self?: string, signal?: AbortSignal): Promise<LiveSession[]> {
    const live: LiveSession[] = [];
    let now: number | undefined;
    for await (const { key, lastModified } of this.#store.list(SESSIONS, { signal })) {
      if (self !== undefined && key === sessionKey(self)) {
        continue;
      }
      now ??= (await targetTime(this.#ports, { signal })).getTime();
      const silent = now - lastModified.getTime();
      if (silent >= SESSION_DEAD) {
        continue;
      }
      const file = await this.#read(key, signal);
      const id = key.slice(SESSIONS.length).replace(/\.json$/, '');
      if (file === undefined || this.#isSilentOwn(file.owner, silent)) {
        continue;
      }
      if (file.owner !== undefined && hasEnded(file.owner, this.#identity)) {
        this.#log.info({ session: id, kind: file.kind }, 'the process of a session has ended: the session is removed');
        // One that cannot be removed now is left to a later prune.
        await this.#store.deleteMany([key], { signal }).catch(() => undefined);
        continue;
      }
      const fresh = Math.abs(now - Date.parse(file.heartbeat ?? '')) < HEARTBEAT_VALID;
      live.push({ ...file, id, silent, fresh, counts: this.#counts(file, fresh) });
    }
    return live;
  }

  /** Of the service that works here; undefined for the command line. */
  get service(): string | undefined {
    return this.#identity?.service;
  }

  #make(run: { id: string; kind: string; grafana?: readonly string[] | undefined }): CurrentSession {
    const session = new CurrentSession(this.#ports, { ...run, owner: this.#owner }, () => this.#open.delete(session));
    return session;
  }

  #isSilentOwn(owner: SessionOwner | undefined, silent: number): boolean {
    return this.#identity !== undefined && owner?.service === this.#identity.service && silent >= OWN_SESSION_DEAD;
  }

  /** Whether a session of this process was cut off for so long that others may have taken it for dead. */
  doubtful(): boolean {
    return [...this.#open].some((session) => session.doubtful());
  }

  /** Speaks up again, and waits for a prune that did not hear of this process in time. */
  async revive(signal?: AbortSignal): Promise<void> {
    for (const session of this.#open) {
      await session.heartbeat(signal);
      await this.#waitForPrunes(session.id, signal);
      session.trustAgain();
    }
  }

  async close(): Promise<void> {
    for (const session of [...this.#open]) {
      await session.end();
    }
  }

  async #waitForPrunes(self: string, signal?: AbortSignal): Promise<void> {
    for (let waited = 0; ; waited += WAIT_STEP) {
      const prunes = (await this.live(self, signal)).filter(({ kind }) => kind === 'prune');
      const prune = prunes.find(({ counts }) => counts) ?? prunes[0];
      if (prune === undefined) {
        return;
      }
      if (!prune.counts && waited >= FOREIGN_WAIT) {
        this.#log.warn(
          { prune: prune.id },
          'no trusted key signed the session of a prune, so this run does not wait for it',
        );
        return;
      }
      if (waited === 0) {
        this.#log.info({ prune: prune.id }, 'a prune is removing objects: waiting until it ends');
      }
      await this.#ports.clock.sleep(WAIT_STEP, signal);
    }
  }

  #counts({ signer }: ReadSession, fresh: boolean): boolean {
    const { standing, keys } = this.#trust;
    return standing === 'unsigned' || (fresh && signer !== undefined && keys.trusted.has(signer));
  }

  /** Undefined when it ended meanwhile. */
  async #read(key: string, signal?: AbortSignal): Promise<ReadSession | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      const bytes = await this.#store.get(key, { signal, maxBytes: ENVELOPE_BYTES }).catch(emptyIfForeign);
      if (bytes !== undefined) {
        return this.#parse(key, bytes);
      }
      // In a bucket with versions, Ceph 16 briefly answers 404 for an object that is being overwritten, as by a
      // heartbeat. Its listing shows the object all the time.
      if (!(await this.#isListed(key, signal))) {
        return undefined;
      }
      if (attempt === READS) {
        return UNREADABLE;
      }
    }
  }

  #parse(key: string, bytes: Buffer): ReadSession {
    try {
      const { signature, ...file } = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>;
      const statement = typeof signature === 'string' ? signature : '';
      return { ...SessionFile.parse(file), signer: this.#trust.signerOf(key, JSON.stringify(file), statement) };
    } catch {
      return UNREADABLE;
    }
  }

  async #isListed(key: string, signal?: AbortSignal): Promise<boolean> {
    for await (const info of this.#store.list(key, { signal })) {
      if (info.key === key) {
        return true;
      }
    }
    return false;
  }
}

/** Nothing where it is absent; of a file that is larger than any session, an empty one, which nobody can read. */
function emptyIfForeign(error: unknown): Buffer | undefined {
  if (error instanceof DashkeepError && error.code === 'DK_STORE_TOO_LARGE') {
    return Buffer.alloc(0);
  }
  if (!(error instanceof DashkeepError) || error.code !== 'DK_STORE_NOT_FOUND') {
    throw error;
  }
  return undefined;
}

function atWork({ id, kind, owner, silent, counts }: LiveSession): DashkeepError {
  const where = owner === undefined ? '' : ` on ${printable(owner.host)} (process ${owner.pid})`;
  const minutes = Math.ceil((SESSION_DEAD - silent) / 60_000);
  const params = { minutes: String(minutes) };
  return new DashkeepError(
    'DK_PRUNE_UNSAFE',
    `a ${printable(kind)} (${id}) is in progress${where}, last seen ${Math.round(silent / 1000)} s ago`,
    { advice: reason(counts ? 'wait-for-run' : 'wait-for-unsigned-run', params) },
  );
}
