import type { GrafanaError } from './errors.ts';

/** Ends a turn. `accepted`: Grafana took the password. */
export type EndTurn = (accepted: boolean) => void;

/**
 * Whether Grafana takes a name and password, whatever the organization. Until that is known, one request is sent at a
 * time: each with a wrong password is a failed login to Grafana, which locks the account after five.
 */
export class LoginGate {
  /** Set when Grafana refused the password. */
  refused: GrafanaError | undefined;
  #accepted = false;
  /** The request that finds out. */
  #under: Promise<void> | undefined;

  async turn(): Promise<EndTurn> {
    while (!this.#accepted && this.#under !== undefined) {
      await this.#under;
    }
    if (this.#accepted) {
      return () => undefined;
    }
    let resolve = (): void => undefined;
    this.#under = new Promise((known) => (resolve = known));
    return (accepted) => {
      this.#accepted ||= accepted;
      this.#under = undefined;
      resolve();
    };
  }
}
