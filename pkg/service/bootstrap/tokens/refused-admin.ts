import { readAdmin } from '../admin.ts';
import { fingerprint } from '../memory.ts';
import type { AdminRefused } from '../problems.ts';
import type { BootstrapOptions } from '../types.ts';

/** Grafana locks an account after five wrong passwords within five minutes. */
const RETRY_MS = 60 * 60_000;
/** Someone who asks may have just corrected the password in Grafana. This often, no account is locked. */
const RETRY_ASKED_MS = 90_000;

/** Remembers that Grafana refused the admin's password, so that it is not sent again soon. */
export class RefusedAdmin {
  readonly #options: Pick<BootstrapOptions, 'admin' | 'adminKeys' | 'clock'>;
  #error: AdminRefused | undefined;
  #noted = 0;

  constructor(options: Pick<BootstrapOptions, 'admin' | 'adminKeys' | 'clock'>) {
    this.#options = options;
  }

  /** Why the admin can't be used; undefined where Grafana accepts the password, or was not asked. */
  get error(): AdminRefused | undefined {
    return this.#error;
  }

  note(error: AdminRefused): void {
    this.#error = error;
    this.#noted = this.#options.clock.monotonic();
  }

  /** Whether asking again would only be one more wrong password: the Secret is the same, and it was not long ago. */
  async isCurrent(): Promise<boolean> {
    const { admin, adminKeys, clock } = this.#options;
    if (this.#error === undefined || admin === undefined) {
      return false;
    }
    const now = await readAdmin(admin, adminKeys).catch(() => undefined);
    const isSame = now === undefined || fingerprint(`${now.user}\n${now.password}`) === this.#error.fingerprint;
    return isSame && clock.monotonic() - this.#noted <= RETRY_MS;
  }

  /** Whether Grafana may be asked again because someone asks or a run begins: the last time was 90 seconds ago. */
  get mayAsk(): boolean {
    return this.#error !== undefined && this.#options.clock.monotonic() - this.#noted > RETRY_ASKED_MS;
  }

  /** Grafana is asked again. */
  forget(): void {
    this.#error = undefined;
  }
}
