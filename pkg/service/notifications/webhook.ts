import { compact } from '../../contract/compact.ts';
import type { NotificationSettings } from '../../contract/api/settings.ts';
import { DashkeepError } from '../../contract/errors.ts';
import type { Clock } from '../../contract/ports.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { Agent, type Connections } from '../../lib/http/agent.ts';
import { sendRequest } from '../../lib/http/request.ts';
import { connectorFor } from '../../storage/outbound/connector.ts';
import type { OutboundPolicy } from '../../storage/outbound/policy.ts';
import { Undelivered } from './delivery.ts';
import type { Notice } from './notices.ts';

const ANSWER_MOST = 1024 * 1024;

export interface WebhookOptions {
  instance: string;
  clock: Clock;
  /** Milliseconds that a receiver has for its answer. */
  timeout: number;
  /** Which hosts it may be on; undefined = any. */
  outbound: OutboundPolicy | undefined;
}

/** Posts notices to a webhook, as JSON or as a message of Slack or Microsoft Teams. */
export class Webhook {
  readonly #options: WebhookOptions;
  readonly #agent: Connections;

  constructor(options: WebhookOptions) {
    const { timeout, outbound } = options;
    this.#options = options;
    this.#agent = new Agent({
      connections: 1,
      keepAliveTimeout: 1_000,
      connect: connectorFor(outbound, { timeout }),
    });
  }

  close(): Promise<void> {
    return this.#agent.close();
  }

  /** @returns the status of the answer. @throws Undelivered, DK_NOT_ALLOWED */
  async send(
    url: string,
    format: NotificationSettings['format'],
    notice: Notice,
    signal: AbortSignal,
  ): Promise<number> {
    const { timeout } = this.#options;
    let status: number;
    try {
      const { origin, pathname, search } = new URL(url);
      const answer = await sendRequest({
        dispatcher: this.#agent,
        origin,
        path: pathname + search,
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': 'dashkeep' },
        body: JSON.stringify(this.#body(format, notice)),
        idle: timeout,
        total: timeout,
        maxBytes: ANSWER_MOST,
        signal,
      });
      status = answer.status;
    } catch (cause) {
      if (cause instanceof DashkeepError) {
        throw cause;
      }
      // Only the kind of failure: the address is a secret.
      const { code, name = 'unknown' } = cause as { code?: unknown; name?: string };
      // That of an aborted request is a number.
      const kind = typeof code === 'string' ? code : name;
      throw new Undelivered(reason('webhook-silent', { cause: kind }), { cause });
    }
    if (status >= 300) {
      const final = status < 500 && status !== 429 && status !== 408;
      const why = status < 400 ? 'webhook-redirects' : 'webhook-refused';
      throw new Undelivered(reason(why, { status: String(status) }), { status, final });
    }
    return status;
  }

  #body(format: NotificationSettings['format'], notice: Notice): object {
    if (format === 'slack') {
      return { text: slackText(notice) };
    }
    return format === 'teams' ? teamsMessage(notice) : this.#generic(notice);
  }

  #generic({ event, text, run, problems, link, changes }: Notice): object {
    const { instance, clock } = this.#options;
    const time = clock.now().toISOString();
    return compact({ source: 'dashkeep', event, text, instance, time, run, problems, link, changes });
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
  changes: ':memo:',
  test: ':wave:',
};

/** Slack's own characters are escaped as its documentation asks: names come from anywhere. */
function slackText({ event, text, lines = [], link }: Notice): string {
  const escaped = [text, ...lines].join('\n').replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  return [`${MARKS[event]} ${escaped}`, ...(link === undefined ? [] : [`<${link}|Open in Grafana>`])].join('\n');
}

/** A card for a workflow of Teams. Text runs are shown as they are: names could hold links in Markdown. */
function teamsMessage({ text, lines = [], link }: Notice): object {
  const block = (line: string, weight?: 'Bolder'): object => ({
    type: 'RichTextBlock',
    spacing: 'Small',
    inlines: [compact({ type: 'TextRun', text: line, weight })],
  });
  const actions = link === undefined ? undefined : [{ type: 'Action.OpenUrl', title: 'Open in Grafana', url: link }];
  const content = compact({
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [block(text, 'Bolder'), ...lines.map((line) => block(line))],
    actions,
  });
  return { type: 'message', attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }] };
}
