import { compact } from '../../contract/compact.ts';
import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import type { Clock, Log } from '../../contract/ports.ts';
import type { ObjectStore } from '../../storage/store.ts';
import { targetTime, type TimePorts } from '../clocks.ts';
import { sessionKey } from '../layout.ts';
import type { Session } from './session.ts';
import type { SessionOwner } from './owner.ts';
import type { Trust } from '../signing/trust.ts';

/** How often a session says that it lives, in milliseconds. */
export const HEARTBEAT = 60_000;

/** A session that could not say anything for so long takes itself for dead: well before others do. */
const SESSION_DOUBTFUL = 4 * 60_000;

/** A session of this process, kept alive by a heartbeat until it ends. */
export class CurrentSession implements Session {
  readonly id: string;
  readonly #kind: string;
  readonly #owner: SessionOwner;
  readonly #grafana: readonly string[] | undefined;
  readonly #store: ObjectStore;
  readonly #clock: Clock;
  readonly #ports: TimePorts;
  readonly #log: Log;
  readonly #trust: Trust;
  readonly #ended: () => void;
  readonly #stop = new AbortController();
  #started: string | undefined;
  #beating: Promise<void> | undefined;
  #lastBeat: { wall: number; monotonic: number } | undefined;
  /** Silent for so long once that others may have acted on it; a later heartbeat does not undo that. */
  #lapsed = false;

  constructor(
    ports: TimePorts & { log: Log; trust: Trust },
    run: { id: string; kind: string; owner: SessionOwner; grafana?: readonly string[] | undefined },
    ended: () => void,
  ) {
    this.id = run.id;
    this.#kind = run.kind;
    this.#owner = run.owner;
    this.#grafana = run.grafana;
    this.#ports = ports;
    this.#store = ports.store;
    this.#clock = ports.clock;
    this.#log = ports.log;
    this.#trust = ports.trust;
    this.#ended = ended;
  }

  async heartbeat(signal?: AbortSignal): Promise<void> {
    this.#lapsed ||= this.#isSilent();
    // What counts is when it was sent: the store may write it any time after.
    const sent = { wall: this.#clock.now().getTime(), monotonic: this.#clock.monotonic() };
    // Others judge it by the target's clock, if that has one, although a person may say that this machine's is right.
    const heartbeat = (await targetTime({ ...this.#ports, ignoreClock: true }, { signal })).toISOString();
    const file = {
      id: this.id,
      kind: this.#kind,
      started: (this.#started ??= heartbeat),
      heartbeat,
      owner: this.#owner,
      ...compact({ grafana: this.#grafana }),
    };
    const key = sessionKey(this.id);
    // No key is made for a session alone: anyone who only looks leaves none behind.
    const signature =
      this.#trust.own === undefined ? undefined : await this.#trust.signing.statement(key, JSON.stringify(file));
    await this.#store.put(key, Buffer.from(`${JSON.stringify({ ...file, signature })}\n`), {
      contentType: 'application/json',
      transient: true,
      signal,
    });
    this.#lastBeat = sent;
  }

  keepAlive(): void {
    this.#beating = this.#beatOn();
  }

  async #beatOn(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.#clock.sleep(HEARTBEAT, signal);
        await this.heartbeat(signal);
      } catch (error) {
        if (!signal.aborted) {
          this.#log.warn({ session: this.id, reason: reasonOf(error) }, 'the heartbeat of a session failed');
        }
      }
      // A clock whose sleep takes no time must not keep everything else from running.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  doubtful(): boolean {
    return this.#lapsed || this.#isSilent();
  }

  trustAgain(): void {
    this.#lapsed = false;
  }

  /** The wall clock counts too: the monotonic one is still while a machine is suspended. */
  #isSilent(): boolean {
    if (this.#lastBeat === undefined) {
      return false;
    }
    const wall = this.#clock.now().getTime() - this.#lastBeat.wall;
    const monotonic = this.#clock.monotonic() - this.#lastBeat.monotonic;
    return Math.max(wall, monotonic) > SESSION_DOUBTFUL;
  }

  assertAlive(): void {
    if (this.doubtful()) {
      throw new DashkeepError(
        'DK_PRUNE_UNSAFE',
        'this prune was paused for several minutes; the remaining objects are kept',
      );
    }
  }

  async end(): Promise<void> {
    this.#stop.abort();
    this.#ended();
    await this.#beating;
    const [result] = await this.#store
      .deleteMany([sessionKey(this.id)])
      .catch((error: unknown) => [{ problem: { message: reasonOf(error) } }]);
    if (result?.problem !== undefined) {
      this.#log.warn(
        { session: this.id, reason: result.problem.message },
        'a session could not be removed; it delays prunes for ten minutes',
      );
    }
  }
}
