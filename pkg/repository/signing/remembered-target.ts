import * as z from 'zod';
import type { Clock } from '../../contract/ports.ts';
import { Finding } from '../../contract/findings.ts';
import type { StateStore } from '../../lib/state.ts';
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
    const text = (await this.#state.get(this.#name))?.toString('utf8').trim();
    if (text === undefined) {
      return undefined;
    }
    if (RepositoryId.safeParse(text).success) {
      // As earlier versions wrote it.
      return { repository: text, findings: [] };
    }
    return Remembered.parse(JSON.parse(text));
  }

  /** Remembers a repository where none is remembered yet. */
  async remember(repository: string): Promise<void> {
    if ((await this.read()) === undefined) {
      await this.#write({ repository, findings: [] });
    }
  }

  /** A snapshot counts that is newer than all before it. */
  async noteNewest(id: string): Promise<void> {
    const before = await this.read();
    if (before !== undefined && (before.newest === undefined || before.newest < id)) {
      await this.#write({ ...before, newest: id });
    }
  }

  /** These are about to be removed on purpose. */
  async noteRemoval(ids: readonly string[]): Promise<void> {
    const before = await this.read();
    if (before?.newest !== undefined && ids.includes(before.newest)) {
      await this.#write({ repository: before.repository, findings: before.findings });
    }
  }

  /** Keeps what was found, each code once. @returns all that is known, the new ones marked */
  async note(found: readonly Omit<Finding, 'since'>[], clock: Clock): Promise<{ all: Finding[]; fresh: Finding[] }> {
    const before = await this.read();
    const known = before?.findings ?? [];
    const since = clock.now().toISOString();
    const fresh = found.filter(({ code }) => !known.some((one) => one.code === code)).map((one) => ({ ...one, since }));
    const all = [...known, ...fresh];
    if (before !== undefined && fresh.length > 0) {
      await this.#write({ ...before, findings: all });
    }
    return { all, fresh };
  }

  /** Takes the repository as it is from now on, on a person's word. */
  async accept(repository: string): Promise<void> {
    await this.#write({ repository, findings: [] });
  }

  #write(value: Remembered): Promise<void> {
    return this.#state.set(this.#name, Buffer.from(JSON.stringify({ format: 1, ...value })));
  }
}
