import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { compact } from '../../contract/compact.ts';
import { DashkeepError } from '../../contract/errors.ts';
import type { Clock } from '../../contract/ports.ts';
import { Finding } from '../../contract/findings.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import type { StateStore } from '../../lib/state.ts';
import { isLater } from '../snapshots/future.ts';
import { sha256Of } from './statement.ts';

const RepositoryId = z.string().regex(/^[0-9a-f]{32}$/);

const Remembered = z.object({
  format: z.literal(1),
  repository: RepositoryId,
  newest: z.string().optional(),
  findings: z.array(Finding),
});

/** What this installation knows of the repository at one target, whatever the target says of itself. */
export interface Remembered {
  /** Id of the repository that it backed up to, or that a person accepted. */
  repository: string;
  /** The newest snapshot that counted here; undefined where none was made or seen, or where it was removed here. */
  newest?: string;
  /** What was found wrong, until a person accepts the repository as it is. */
  findings: Finding[];
}

/** The entry of the state that holds what is remembered of one target: the anchor of all trust in it. */
export class RememberedTarget {
  readonly #state: StateStore;
  readonly #name: string;

  /** @param target - description of the store */
  constructor(state: StateStore, target: string) {
    this.#state = state;
    this.#name = `target-${sha256Of(target).slice(0, 32)}`;
  }

  /** @returns undefined for a target that this installation has not written to */
  async read(): Promise<Remembered | undefined> {
    return parse(await this.#state.get(this.#name), this.#name);
  }

  /** Remembers a repository where none is remembered yet. */
  async remember(repository: string): Promise<void> {
    if ((await this.read()) === undefined) {
      await this.#update((before) => before ?? { repository, findings: [] });
    }
  }

  /** A snapshot counts that is newer than all before it; one from the future is none of those. */
  async noteNewest(id: string, now: Date): Promise<void> {
    await this.#update((before) => {
      const newest = before?.newest;
      const isNewer = newest === undefined || newest < id || isLater(newest, now);
      return before !== undefined && isNewer ? { ...before, newest: id } : before;
    });
  }

  /**
   * The newest snapshot is about to be removed on purpose.
   * @param next - the one that is the newest then, if any counts
   */
  async noteRemoval(newest: string, next: string | undefined): Promise<void> {
    await this.#update((before) => (before?.newest === newest ? compact({ ...before, newest: next }) : before));
  }

  /** The newest snapshot is whatever counts next. */
  async forgetNewest(): Promise<void> {
    await this.#update((before) => before && { repository: before.repository, findings: before.findings });
  }

  /**
   * Keeps what was found, each code once.
   * @param ended - what is in order now
   * @returns all that is known, and what is new of it
   */
  async note(
    found: readonly Omit<Finding, 'since'>[],
    clock: Clock,
    ended: readonly Finding[] = [],
  ): Promise<{ all: Finding[]; fresh: Finding[] }> {
    const since = clock.now().toISOString();
    const oldIn = (before: Remembered | undefined): Finding[] =>
      (before?.findings ?? [])
        .filter((one) => !ended.some((other) => isSame(one, other)))
        .map(({ unreadable, ...one }) =>
          // Whatever else is found under the same code has to be accepted by a person.
          found.every((other) => other.code !== one.code || (other.unreadable === true && isSame(one, other)))
            ? compact({ ...one, unreadable })
            : one,
        );
    const newTo = (old: readonly Finding[]): Finding[] =>
      found.filter(({ code }) => old.every((one) => one.code !== code)).map((one) => ({ ...one, since }));
    const before = await this.read();
    const old = oldIn(before);
    const fresh = newTo(old);
    if (!isDeepStrictEqual([...old, ...fresh], before?.findings)) {
      await this.#update((now) => now && { ...now, findings: [...oldIn(now), ...newTo(oldIn(now))] });
    }
    return { all: [...old, ...fresh], fresh };
  }

  /** From now on, a missing snapshot may be back because Dashkeep copied it, which is no reason to end a finding. */
  async noteCopy(): Promise<void> {
    if ((await this.read())?.findings.some(isMissing) === true) {
      await this.#update(
        (now) =>
          now && { ...now, findings: now.findings.map((one) => (isMissing(one) ? { ...one, copiedTo: true } : one)) },
      );
    }
  }

  /** Takes the repository as it is from now on, on a person's word. */
  async accept(repository: string): Promise<void> {
    await this.#update(() => ({ repository, findings: [] }));
  }

  #update(change: (before: Remembered | undefined) => Remembered | undefined): Promise<void> {
    return this.#state.update(this.#name, (bytes) => {
      const after = change(parse(bytes, this.#name));
      return after && Buffer.from(JSON.stringify({ format: 1, ...after }));
    });
  }
}

/** Whether a finding would end by itself once a snapshot is back. */
function isMissing({ unreadable, copiedTo }: Finding): boolean {
  return unreadable === undefined && copiedTo === undefined;
}

function isSame(one: Omit<Finding, 'since'>, other: Omit<Finding, 'since'>): boolean {
  return one.code === other.code && isDeepStrictEqual(one.params, other.params);
}

function parse(bytes: Buffer | undefined, name: string): Remembered | undefined {
  const text = bytes?.toString('utf8').trim();
  if (text === undefined) {
    return undefined;
  }
  if (RepositoryId.safeParse(text).success) {
    // As earlier versions wrote it.
    return { repository: text, findings: [] };
  }
  try {
    return Remembered.parse(JSON.parse(text));
  } catch (cause) {
    throw new DashkeepError('DK_SETTINGS', `the entry ${name} of the local state is damaged`, {
      cause,
      advice: reason('restore-target-entry'),
    });
  }
}
