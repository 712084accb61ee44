import * as z from 'zod';
import { DashkeepError } from '../contract/errors.ts';
import type { Clock, Log } from '../contract/ports.ts';
import type { ObjectStore } from '../storage/store.ts';
import { MAX_RECORD_BYTES } from './codec.ts';
import { sessionKey, SESSIONS } from './layout.ts';
import { OpenSession, type PruneSession } from './open-session.ts';
import type { Session } from './repository.types.ts';

/** A session that has said nothing for so long, by the store's clock, is taken for dead. */
export const SESSION_DEAD = 10 * 60_000;
const WAIT_STEP = 5_000;

const SessionFile = z.object({ id: z.string(), kind: z.string(), started: z.string(), heartbeat: z.string() });

/** A session of somebody else that is not dead. */
export interface LiveSession {
  id: string;
  kind: string;
  /** Milliseconds since it was last heard of. */
  silent: number;
}

/**
 * Sessions keep a prune from removing what a running backup relies on. The rule on both sides is: write your own
 * session, then look for others. So of two that start at once at least one sees the other; a prune gives way, and
 * anybody else waits until the prune is over. Ages are by the store's clock alone.
 */
export class Sessions {
  readonly #store: ObjectStore;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #open = new Set<OpenSession>();

  constructor(store: ObjectStore, clock: Clock, log: Log) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
  }

  /** Opens a session, and waits while a prune is removing objects. */
  async open(run: { id: string; kind: string }, options: { signal?: AbortSignal } = {}): Promise<Session> {
    const session = new OpenSession(this.#store, this.#clock, this.#log, run, () => this.#open.delete(session));
    await session.beat(options.signal);
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
   * @throws DK_PRUNE_UNSAFE naming whoever is.
   */
  async openExclusive(
    run: { id: string; kind: 'prune' },
    options: { signal?: AbortSignal } = {},
  ): Promise<PruneSession> {
    const session = new OpenSession(this.#store, this.#clock, this.#log, run, () => this.#open.delete(session));
    await session.beat(options.signal);
    try {
      const others = await this.live(run.id, options.signal);
      const other = others[0];
      if (other !== undefined) {
        throw new DashkeepError(
          'DK_PRUNE_UNSAFE',
          `a ${other.kind} (${other.id}) is at work, last heard of ${Math.round(other.silent / 1000)} s ago`,
        );
      }
    } catch (error) {
      await session.end();
      throw error;
    }
    session.keepAlive();
    return session;
  }

  /** Others that are not dead. One that cannot be read counts as alive until it is old. */
  async live(self: string, signal?: AbortSignal): Promise<LiveSession[]> {
    const live: LiveSession[] = [];
    let now: number | undefined;
    for await (const { key, lastModified } of this.#store.list(SESSIONS, { signal })) {
      if (key === sessionKey(self)) {
        continue;
      }
      now ??= (await this.#store.clock({ signal })).getTime();
      const silent = now - lastModified.getTime();
      if (silent >= SESSION_DEAD) {
        continue;
      }
      const kind = await this.#kindOf(key, signal);
      if (kind !== undefined) {
        live.push({ id: key.slice(SESSIONS.length).replace(/\.json$/, ''), kind, silent });
      }
    }
    return live;
  }

  /** Whether a session of this process was cut off for so long that others may have taken it for dead. */
  doubtful(): boolean {
    return [...this.#open].some((session) => session.doubtful());
  }

  /** Speaks up again, and waits for a prune that did not hear of this process in time. */
  async revive(signal?: AbortSignal): Promise<void> {
    for (const session of this.#open) {
      await session.beat(signal);
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
    for (let told = false; ; told = true) {
      const prune = (await this.live(self, signal)).find(({ kind }) => kind === 'prune');
      if (prune === undefined) {
        return;
      }
      if (!told) {
        this.#log.info({ prune: prune.id }, 'a prune is removing objects: waiting until it is over');
      }
      await this.#clock.sleep(WAIT_STEP, signal);
    }
  }

  /** Undefined when it ended meanwhile. */
  async #kindOf(key: string, signal?: AbortSignal): Promise<string | undefined> {
    try {
      const bytes = await this.#store.get(key, { signal, maxBytes: MAX_RECORD_BYTES });
      return SessionFile.parse(JSON.parse(bytes.toString('utf8'))).kind;
    } catch (error) {
      if (error instanceof DashkeepError) {
        if (error.code === 'DK_STORE_NOT_FOUND') {
          return undefined;
        }
        throw error;
      }
      return 'run of an unknown kind';
    }
  }
}
