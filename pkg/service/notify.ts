import { compact } from '../contract/compact.ts';
import type { NotificationEvent, NotificationSettings, NotificationTest } from '../contract/api/settings.ts';
import { asDashkeepError, DashkeepError, failureText } from '../contract/errors.ts';
import type { Clock, Log } from '../contract/ports.ts';
import { reason, sentenceOf } from '../contract/reasons/catalogue.ts';
import { problemCount } from '../contract/manifest.ts';
import type { ReasonCode } from '../contract/reasons/catalogue.ts';
import { reasonSentence, type ReasonData } from '../contract/reasons/reason.ts';
import type { RunRecord } from '../contract/runs.ts';
import { Agent, type Connections } from '../lib/http/agent.ts';
import { sendRequest } from '../lib/http/request.ts';
import { connectorFor } from '../storage/outbound/connector.ts';
import type { OutboundPolicy } from '../storage/outbound/policy.ts';

export interface Notice {
  event: NotificationEvent | 'test';
  /** One sentence for people. */
  text: string;
  run?: Pick<RunRecord, 'id' | 'kind' | 'status' | 'trigger' | 'started' | 'finished' | 'snapshot' | 'failure'>;
  problems?: number;
}

export interface Receiver {
  url: string;
  settings: NotificationSettings;
}

const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 2_000;
const TIMEOUT_MS = 10_000;
const WAITING_MOST = 50;
const ANSWER_MOST = 1024 * 1024;

/** Reports to a webhook what happened, in the background: a receiver that is slow or away never holds up a run. */
export class Notifier {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #instance: string;
  readonly #receiver: () => Promise<Receiver | undefined>;
  readonly #timeout: number;
  readonly #stopping = new AbortController();
  readonly #agent: Connections;
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;
  failures = 0;

  /**
   * @param limits - `timeout`: milliseconds that a receiver has for its answer; `outbound`: which hosts it may be on
   */
  constructor(
    receiver: () => Promise<Receiver | undefined>,
    instance: string,
    ports: { clock: Clock; log: Log },
    { timeout = TIMEOUT_MS, outbound }: { timeout?: number; outbound?: OutboundPolicy } = {},
  ) {
    this.#timeout = timeout;
    const connect = connectorFor(outbound, { timeout });
    this.#agent = new Agent({ connections: 1, keepAliveTimeout: 1_000, connect });
    this.#receiver = receiver;
    this.#instance = instance;
    this.#clock = ports.clock;
    this.#log = ports.log;
  }

  /** Queues a notice and returns. */
  notify(notice: Notice): void {
    if (this.#waiting >= WAITING_MOST) {
      this.#log.warn({ event: notice.event }, 'a notification was dropped: too many are waiting');
      return;
    }
    this.#waiting++;
    this.#last = this.#last.then(() => this.#deliver(notice)).finally(() => this.#waiting--);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#last;
    await this.#agent.close();
  }

  /** One attempt, for the settings page. */
  async test(receiver: Receiver): Promise<NotificationTest> {
    const begun = this.#clock.monotonic();
    const notice: Notice = { event: 'test', text: 'This is a test notification from Dashkeep.' };
    try {
      const status = await this.#send(receiver, notice);
      return { delivered: true, status, milliseconds: this.#clock.monotonic() - begun };
    } catch (error) {
      const status = error instanceof Refused ? { status: error.httpStatus } : {};
      return {
        delivered: false,
        ...status,
        milliseconds: this.#clock.monotonic() - begun,
        problem: failureText(error),
      };
    }
  }

  async #deliver(notice: Notice): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS && !this.#stopping.signal.aborted; attempt++) {
      try {
        const receiver = await this.#receiver();
        const wanted = notice.event === 'test' || receiver?.settings.events.includes(notice.event) === true;
        if (receiver !== undefined && wanted) {
          await this.#send(receiver, notice);
        }
        return;
      } catch (error) {
        const { code, message } = asDashkeepError(error);
        const final = attempt === ATTEMPTS || code === 'DK_NOT_ALLOWED' || (error instanceof Refused && error.final);
        this.#log.warn({ event: notice.event, attempt, reason: message, final }, 'not notified');
        if (final) {
          this.failures++;
          return;
        }
        await this.#clock.sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1), this.#stopping.signal).catch(() => undefined);
      }
    }
  }

  async #send({ url, settings }: Receiver, notice: Notice): Promise<number> {
    let status: number;
    try {
      const { origin, pathname, search } = new URL(url);
      const answer = await sendRequest({
        dispatcher: this.#agent,
        origin,
        path: pathname + search,
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': 'dashkeep' },
        body: JSON.stringify(settings.format === 'slack' ? { text: slackText(notice) } : this.#generic(notice)),
        idle: this.#timeout,
        total: this.#timeout,
        maxBytes: ANSWER_MOST,
        signal: this.#stopping.signal,
      });
      status = answer.status;
    } catch (cause) {
      if (cause instanceof DashkeepError) {
        throw cause;
      }
      // Only the kind of failure: the address is a secret.
      const kind = (cause as { code?: string }).code ?? (cause instanceof Error ? cause.name : 'unknown');
      const why = reason('webhook-silent', { cause: kind });
      throw new DashkeepError('DK_NOTIFICATION', sentenceOf(why), { cause, why });
    }
    if (status >= 300) {
      throw new Refused(status);
    }
    return status;
  }

  #generic({ event, text, run, problems }: Notice): object {
    return compact({
      source: 'dashkeep',
      event,
      text,
      instance: this.#instance,
      time: this.#clock.now().toISOString(),
      run,
      problems,
    });
  }
}

class Refused extends DashkeepError {
  readonly httpStatus: number;

  constructor(status: number) {
    const why = reason('webhook-refused', { status: String(status) });
    super('DK_NOTIFICATION', sentenceOf(why), { why });
    this.httpStatus = status;
  }

  /** Whether asking again can't help. */
  get final(): boolean {
    return this.httpStatus < 500 && this.httpStatus !== 429 && this.httpStatus !== 408;
  }
}

const MARKS: Record<Notice['event'], string> = {
  failed: ':x:',
  partial: ':warning:',
  shrunk: ':fire:',
  'mass-change': ':fire:',
  upgraded: ':arrow_up:',
  late: ':hourglass:',
  repository: ':rotating_light:',
  recovered: ':white_check_mark:',
  test: ':wave:',
};

/** Slack's own characters are escaped as its documentation asks: names come from anywhere. */
function slackText({ event, text }: Notice): string {
  return `${MARKS[event]} ${text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')}`;
}

function warnedOf(record: RunRecord | undefined, ...codes: ReasonCode[]): ReasonData | undefined {
  return record?.warned?.find(({ code }) => codes.includes(code as ReasonCode));
}

function lossOf(record: RunRecord | undefined): ReasonData | undefined {
  return warnedOf(record, 'snapshot-shrunk', 'mass-change');
}

/** All that the end of a run is worth reporting. */
export function noticesOf(record: RunRecord, before: RunRecord | undefined): Notice[] {
  const { id, kind, status, trigger, started, finished, snapshot } = record;
  const upgrade = warnedOf(record, 'grafana-upgraded');
  const ended = noticeOf(record, before);
  return [
    ...(ended === undefined ? [] : [ended]),
    ...(upgrade === undefined
      ? []
      : [
          {
            event: 'upgraded' as const,
            text: `${reasonSentence(upgrade)}.`,
            run: { id, kind, status, trigger, started, finished, snapshot },
          },
        ]),
  ];
}

/** What the end of a run is worth reporting; `before` is the newest earlier end of the same kind. */
export function noticeOf(record: RunRecord, before: RunRecord | undefined): Notice | undefined {
  const { id, kind, status, trigger, started, finished, snapshot, failure, errors, warnings = [] } = record;
  const run = { id, kind, status, trigger, started, finished, snapshot, failure };
  const bad = (one: RunRecord | undefined): boolean =>
    one?.status === 'failed' || one?.status === 'partial' || lossOf(one) !== undefined;
  // A copy is tried again soon: each state is reported once.
  if (kind === 'copy' && status !== 'complete' && status === before?.status) {
    return undefined;
  }
  if (status === 'failed') {
    return { event: 'failed', text: `The ${kind} has failed: ${failure?.message ?? 'see its record'}.`, run };
  }
  // It leaves Grafana half restored, and who waited for it may have gone.
  if (status === 'interrupted' && kind === 'restore') {
    return { event: 'failed', text: `The ${kind} was interrupted: ${failure?.message ?? 'see its record'}.`, run };
  }
  if (status === 'partial') {
    const text =
      kind === 'copy'
        ? `The copy is partial: ${warnings.join('; ')}.`
        : `The ${kind} is partial: ${problemCount(errors)} resources could not be read or written.`;
    return { event: 'partial', text, run, problems: problemCount(errors) };
  }
  const loss = lossOf(record);
  if (loss !== undefined) {
    // Once, until it is another one.
    const isKnown =
      before?.status === 'complete' &&
      lossOf(before)?.code === loss.code &&
      lossOf(before)?.params['since'] === loss.params['since'];
    const isShrunk = loss.code === ('snapshot-shrunk' satisfies ReasonCode);
    const text = `The ${kind} ${isShrunk ? 'is much smaller than before' : 'reports a mass change'}: ${reasonSentence(loss)}.`;
    return isKnown ? undefined : { event: isShrunk ? 'shrunk' : 'mass-change', text, run };
  }
  if (status === 'complete' && bad(before)) {
    return { event: 'recovered', text: `The ${kind} is complete again.`, run };
  }
  return undefined;
}
