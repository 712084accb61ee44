import type {
  Confirmable,
  Readiness as Report,
  ReadinessCode,
  ReadinessLevel,
  ReportFormat,
} from '../../contract/api/readiness.ts';
import { compact } from '../../contract/compact.ts';
import { asDashkeepError, DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import type { RunKind, RunLine } from '../../contract/runs.ts';
import type { Caller } from '../organizations/caller.ts';
import { confirm } from './confirmations.ts';
import { readinessFacts, type ReadinessParts } from './facts.ts';
import { readinessOf } from './lines/lines.ts';
import { Needs } from './needs.ts';
import { reportPage } from './report/html.ts';
import { periodFacts, type Period, type PeriodParts } from './report/period.ts';
import { reportCsv } from './report/rows.ts';

const EVERY_MS = 5 * 60_000;

/** Answers whether a recovery would work today: for pages and the command line when asked, for metrics from memory. */
export class Readiness {
  readonly #parts: ReadinessParts & Pick<PeriodParts, 'journal'>;
  readonly #needs: Needs;
  #looked = -Infinity;
  #isBusy = false;
  #levels: Partial<Record<ReadinessCode, ReadinessLevel>> = {};
  #runs: Partial<Record<RunKind, RunLine>> = {};

  constructor(parts: ReadinessParts & Pick<PeriodParts, 'journal'>) {
    this.#parts = parts;
    this.#needs = new Needs(parts.repositoryCache);
  }

  /** As they were a few minutes ago, for the whole installation; empty before. */
  get levels(): Partial<Record<ReadinessCode, ReadinessLevel>> {
    return this.#levels;
  }

  /** The newest certain run of each operation that proves something, as of the last look. */
  get runs(): Partial<Record<RunKind, RunLine>> {
    return this.#runs;
  }

  /** @param caller - undefined for the whole installation */
  async report(caller: Caller | undefined, signal: AbortSignal): Promise<Report> {
    return readinessOf(await readinessFacts(this.#parts, this.#needs, caller, signal));
  }

  /**
   * What happened in a period, as a file to keep.
   * @param caller - undefined for the whole installation
   * @throws DK_USAGE for a period that ends before it begins
   */
  async periodReport(
    { format, from, to }: Period & { format: ReportFormat },
    caller: Caller | undefined,
    signal: AbortSignal,
  ): Promise<string> {
    if (!(from < to)) {
      throw new DashkeepError('DK_USAGE', 'the period of the report ends before it begins');
    }
    const now = await this.report(caller, signal);
    const facts = await periodFacts(this.#parts, now, { from, to }, caller, signal);
    return format === 'html' ? reportPage(facts) : reportCsv(facts);
  }

  /**
   * Stores that a person confirms a line as it is now.
   * @throws DK_NOT_FOUND where there is nothing to confirm
   */
  async confirm(what: Confirmable, by: string | undefined, signal: AbortSignal): Promise<void> {
    const facts = await readinessFacts(this.#parts, this.#needs, undefined, signal);
    if (readinessOf(facts).evidence.find(({ code }) => code === what)?.confirmable !== true) {
      throw new DashkeepError('DK_NOT_FOUND', `there is nothing to confirm about ${what}`, {
        advice: reason('ready-see-lines'),
      });
    }
    await confirm(this.#parts.state, what, { time: facts.now, by, about: facts.about[what] });
    this.invalidate();
  }

  /** Something has changed: look at the next turn. */
  invalidate(): void {
    this.#looked = -Infinity;
  }

  /** Looks when it is due, in the background. */
  refresh(signal: AbortSignal): void {
    const { clock, log } = this.#parts;
    if (this.#isBusy || clock.monotonic() - this.#looked < EVERY_MS) {
      return;
    }
    this.#looked = clock.monotonic();
    this.#isBusy = true;
    void readinessFacts(this.#parts, this.#needs, undefined, signal)
      .then((facts) => {
        const { evidence } = readinessOf(facts);
        if ('runs' in facts.repository) {
          this.#runs = compact({ ...facts.repository.runs, copy: facts.copy?.last });
        }
        this.#levels = Object.fromEntries(evidence.map(({ code, level }) => [code, level]));
      })
      .catch((error: unknown) => log.debug({ reason: asDashkeepError(error).message }, 'readiness is not known'))
      .finally(() => (this.#isBusy = false));
  }
}
