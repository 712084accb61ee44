import type { NotificationTest } from '../../contract/api/settings.ts';
import { compact } from '../../contract/compact.ts';
import { DashkeepError, failureText } from '../../contract/errors.ts';
import type { Clock, Log } from '../../contract/ports.ts';
import type { EffectiveSettings, UnusableSecret } from '../settings/effective.ts';
import type { OutboundPolicy } from '../../storage/outbound/policy.ts';
import { Delivery, Undelivered, type Channel, type Receiver } from './delivery.ts';
import { sendMail } from './email.ts';
import type { Notice, Owner } from './notices.ts';
import { Webhook } from './webhook.ts';

const TIMEOUT_MS = 10_000;

/** The settings that determine the receivers. */
export type NotifierSettings = Pick<EffectiveSettings, 'values' | 'secrets' | 'unusable'>;

export interface NotifierParts {
  settings: () => Promise<NotifierSettings>;
  /** Who set the receiver of a channel. */
  owners: Readonly<Record<Channel['name'], Owner>>;
  /** Which hosts a receiver may be on; undefined = any. */
  outbound?: Partial<Record<Channel['name'], OutboundPolicy | undefined>>;
  instance: string;
  clock: Clock;
  log: Log;
  /** Milliseconds that a receiver has for its answer. */
  timeout?: number;
}

/**
 * Reports what happened by webhook and email, in the background: a receiver that is slow or away never holds up a run,
 * nor the other one.
 */
export class Notifier {
  readonly #parts: NotifierParts;
  readonly #timeout: number;
  readonly #webhook: Webhook;
  readonly #deliveries: readonly Delivery[];

  constructor(parts: NotifierParts) {
    const { settings, outbound, instance, clock, log, timeout = TIMEOUT_MS } = parts;
    this.#parts = parts;
    this.#timeout = timeout;
    this.#webhook = new Webhook({ instance, clock, timeout, outbound: outbound?.webhook });
    const channelOf = (name: Channel['name']): Channel => ({
      name,
      receiver: async () => this.#receivers(await settings())[name],
    });
    this.#deliveries = (['webhook', 'email'] as const).map((name) => new Delivery(channelOf(name), { clock, log }));
  }

  /** How many notices could not be delivered. */
  get failures(): number {
    return this.#deliveries.reduce((sum, { failures }) => sum + failures, 0);
  }

  /** Why the last notice of a channel could not be delivered. */
  get problem(): DashkeepError | undefined {
    return this.#deliveries.find(({ problem }) => problem !== undefined)?.problem;
  }

  /** Queues a notice. @returns once that is known, whether nothing is left to do: false when the service stops */
  async notify(notice: Notice): Promise<boolean> {
    return (await Promise.all(this.#deliveries.map((delivery) => delivery.notify(notice)))).every(Boolean);
  }

  /** Who set the receivers of an event. */
  async audiences(event: Receiver['events'][number]): Promise<Set<Owner>> {
    const receivers = Object.values(this.#receivers(await this.#parts.settings()));
    return new Set(receivers.flatMap((one) => (one?.events.includes(event) === true ? [one.owner] : [])));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#deliveries.map((delivery) => delivery.stop()));
    await this.#webhook.close();
  }

  /** One attempt with each receiver, for the settings page. @throws DK_SETTINGS where there is none */
  async test(settings: NotifierSettings, signal: AbortSignal): Promise<NotificationTest> {
    const { clock } = this.#parts;
    const receivers = Object.values(this.#receivers(settings)).filter((one) => one !== undefined);
    if (receivers.length === 0) {
      throw new DashkeepError('DK_SETTINGS', 'neither a webhook nor email is set');
    }
    const begun = clock.monotonic();
    const notice: Notice = { event: 'test', text: 'This is a test notification from Dashkeep.' };
    let status: number | undefined;
    try {
      for (const receiver of receivers) {
        status = await receiver.send(notice, signal);
      }
      return compact({ delivered: true, status, milliseconds: clock.monotonic() - begun });
    } catch (error) {
      return compact({
        delivered: false,
        status: error instanceof Undelivered ? error.httpStatus : undefined,
        milliseconds: clock.monotonic() - begun,
        problem: failureText(error),
      });
    }
  }

  #receivers({ values, secrets, unusable }: NotifierSettings): Partial<Record<Channel['name'], Receiver>> {
    const { owners, outbound, instance } = this.#parts;
    const { events, format, email } = values.notifications;
    const { webhookUrl, smtpPassword } = secrets;
    const mail = { instance, timeout: this.#timeout, outbound: outbound?.email };
    return compact({
      webhook:
        webhookUrl === undefined && unusable.webhookUrl === undefined
          ? undefined
          : {
              owner: owners.webhook,
              events,
              send: sender(unusable.webhookUrl, (notice, signal) =>
                this.#webhook.send(webhookUrl ?? '', format, notice, signal),
              ),
            },
      email:
        email.host === '' || email.to.length === 0
          ? undefined
          : {
              owner: owners.email,
              events,
              send: sender(unusable.smtpPassword, (notice, signal) =>
                sendMail(email, smtpPassword, notice, mail, signal),
              ),
            },
    });
  }
}

/** Sends, unless a secret of the receiver can't be used. */
function sender(unusable: UnusableSecret | undefined, send: Receiver['send']): Receiver['send'] {
  return unusable === undefined ? send : () => Promise.reject(new Undelivered(unusable.why, { final: true }));
}
