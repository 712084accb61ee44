import { silentLog, type Log } from '../../pkg/contract/ports.ts';
import type { Manifest } from '../../pkg/contract/manifest.ts';
import { MemoryState } from '../../pkg/lib/state.ts';
import { runCopy, type CopyChoice, type CopyReport } from '../../pkg/operations/copy.ts';
import type { RunOutcome } from '../../pkg/operations/run.ts';
import type { OpenOptions } from '../../pkg/repository/open.ts';
import type { Repository } from '../../pkg/repository/repository.ts';
import {
  backup,
  open,
  SeededRandomness,
  TestClock,
  type BackupOptions,
  type Dashboards,
  type World,
} from '../support/repository/repository.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';

type Place = World & { store: MemoryStore };

export const HOUR = 3_600_000;

/** Two targets of one installation, and copies from the first to the second. */
export class CopyBench {
  readonly clock = new TestClock();
  readonly randomness = new SeededRandomness();
  readonly state = new MemoryState();
  readonly from: Place = this.#place();
  readonly to: Place = this.#place();
  readonly secrets: Partial<OpenOptions>;

  constructor(secrets: Partial<OpenOptions> = {}) {
    this.secrets = secrets;
  }

  #place(): Place {
    const { clock, randomness } = this;
    return { clock, randomness, store: new MemoryStore({ clock }) };
  }

  open(place: World, more: Partial<OpenOptions> = {}): Promise<Repository> {
    return open(place, { state: this.state, ...this.secrets, ...more });
  }

  /** An hour after what was before. */
  async backUp(dashboards: Dashboards, options?: BackupOptions): Promise<Manifest> {
    this.clock.advance(HOUR);
    return backup(await this.open(this.from), this, dashboards, options);
  }

  async copy(
    choice: Omit<CopyChoice, 'to'> = {},
    { from = this.from, log = silentLog }: { from?: World; log?: Log } = {},
  ): Promise<RunOutcome<CopyReport>> {
    const [repository, to] = [await this.open(from), await this.open(this.to)];
    const run = {
      ...{ id: 'run', trigger: 'manual' as const, signal: new AbortController().signal },
      onProgress: () => undefined,
      note: () => undefined,
      checkpoint: () => Promise.resolve(),
    };
    return runCopy({ repository, randomness: this.randomness, log }, { ...choice, to }, run);
  }

  /** Ids of what is in the second target, oldest first, and which of them are on hold. */
  async there(): Promise<{ ids: string[]; held: string[]; notes: string[] }> {
    const found = (await (await this.open(this.to)).snapshots({ whole: true })).reverse();
    return {
      ids: found.map(({ id }) => id),
      held: found.filter(({ hold }) => hold).map(({ id }) => id),
      notes: found.flatMap(({ note }) => note?.text ?? []),
    };
  }
}
