import { compact } from '../../contract/compact.ts';
import { DashkeepError } from '../../contract/errors.ts';
import type { RunLine, WholeProgress } from '../../contract/runs.ts';
import type { Election } from '../../kubernetes/election.ts';

const RUN_NOTE = 'run';
const ENDED_NOTE = 'ended';

/** What replicas let each other know of a run. */
export type RunNote = RunLine & { progress?: WholeProgress };

/** Who of several replicas does the work; without an election it is this one, once it has started. */
export class Leadership {
  readonly #election: Election | undefined;
  /** The one term of a replica without an election, from its start on. */
  #alone: AbortSignal | undefined;

  constructor(election: Election | undefined) {
    this.#election = election;
  }

  get elected(): boolean {
    return this.#election !== undefined;
  }

  /** Aborted when this replica must stop working; undefined while another one works. */
  get term(): AbortSignal | undefined {
    return this.#election === undefined ? this.#alone : this.#election.term;
  }

  get leading(): boolean {
    return this.term !== undefined;
  }

  get holder(): string | undefined {
    return this.#election?.holder;
  }

  get problem(): DashkeepError | undefined {
    return this.#election?.problem;
  }

  start(): void {
    this.#alone = new AbortController().signal;
    this.#election?.start();
  }

  /** Only when nothing runs any more. */
  async stop(): Promise<void> {
    await this.#election?.stop();
  }

  /** A person asked this replica: it takes the lead when nothing speaks against it. @throws DK_BUSY */
  async take(): Promise<AbortSignal> {
    const term = this.term ?? (await this.#election?.request());
    if (term === undefined && this.#election === undefined) {
      throw new DashkeepError('DK_BUSY', 'the service is still starting');
    }
    if (term === undefined) {
      const what = this.foreignRun();
      const why = what === undefined ? 'does not hand over' : `is running a ${what.kind}`;
      throw new DashkeepError('DK_BUSY', `another replica (${this.holder ?? 'unknown'}) leads and ${why}`);
    }
    return term;
  }

  /** Lets the other replicas know what runs here. */
  announce(run: RunNote | undefined): void {
    this.#election?.announce(RUN_NOTE, run === undefined ? undefined : JSON.stringify(brief(run)));
  }

  /** Lets the other replicas know which run has ended last. */
  announceEnded(run: string | undefined): void {
    this.#election?.announce(ENDED_NOTE, run);
  }

  /** The run that has ended last in the leading replica, while that is another one. */
  foreignEnded(): string | undefined {
    return this.leading ? undefined : this.#election?.note(ENDED_NOTE);
  }

  /** What the leading replica is running, while that is another one. */
  foreignRun(): RunNote | undefined {
    const note = this.leading ? undefined : this.#election?.note(RUN_NOTE);
    try {
      return note === undefined ? undefined : (JSON.parse(note) as RunNote);
    } catch {
      return undefined;
    }
  }
}

/** Without the kinds of each organization: what a Lease holds is limited. */
function brief({ progress, ...run }: RunNote): RunNote {
  const orgs = progress?.orgs?.map((org) => ({ ...org, kinds: {} }));
  return { ...run, ...compact({ progress: progress && { ...progress, ...compact({ orgs }) } }) };
}
