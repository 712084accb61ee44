import { GrafanaClient } from '../../grafana/http/client.ts';
import { basicCredentials, tokenCredentials, type CredentialSource } from '../../grafana/http/credentials.ts';
import { GrafanaError, isForbidden } from '../../grafana/http/errors.ts';
import type { Clock } from '../../contract/ports.ts';
import { readAdmin, type Admin } from './admin.ts';
import { adminForbidden, AdminRefused, NoAdmin } from './problems.ts';
import type { BootstrapOptions } from './types.ts';

/** Grafana as the admin and as the holders of tokens, for as long as one bootstrap takes. */
export class Identities {
  readonly #options: BootstrapOptions;
  readonly #opened: GrafanaClient[] = [];
  #admin: Promise<GrafanaClient> | undefined;
  #read: Admin | undefined;
  /** Whether Grafana has refused a stored token: what is said when there is no admin to make another one. */
  refused = false;

  constructor(options: BootstrapOptions) {
    this.#options = options;
  }

  /** As a token; whether Grafana takes it is seen when it is used. */
  withToken(token: string): GrafanaClient {
    return this.#open(tokenCredentials(() => Promise.resolve(token)));
  }

  /** One client for each identity, because a client that was refused once doesn't ask again. */
  #open(credentials: CredentialSource): GrafanaClient {
    const { grafanaUrl, grafanaCaFile, clock, randomness, log } = this.#options;
    const client = GrafanaClient.open({
      url: grafanaUrl,
      caFile: grafanaCaFile,
      credentials,
      clock,
      randomness,
      log,
      attempts: 3,
      timeout: 15_000,
    });
    this.#opened.push(client);
    return client;
  }

  /** Milliseconds that Grafana's clock is ahead of this machine's; undefined before its first response. */
  get clockAhead(): number | undefined {
    return this.#opened.map(({ clockAhead }) => clockAhead).find((ahead) => ahead !== undefined);
  }

  /** This machine's clock with Grafana's time, by which tokens expire; with its own where no response has a date. */
  get grafanaClock(): Clock {
    const { clock } = this.#options;
    const now = (): Date => new Date(clock.now().getTime() + (this.clockAhead ?? 0));
    return { now, monotonic: () => clock.monotonic(), sleep: (...given) => clock.sleep(...given) };
  }

  /** @throws NoAdmin, DK_BOOTSTRAP */
  admin(): Promise<GrafanaClient> {
    return (this.#admin ??= this.#readAdmin());
  }

  /** The admin, working in one org. @throws NoAdmin, DK_BOOTSTRAP */
  async adminIn(org: number): Promise<GrafanaClient> {
    return (await this.admin()).inOrg(org);
  }

  async #readAdmin(): Promise<GrafanaClient> {
    const { admin, adminKeys } = this.#options;
    if (admin === undefined) {
      throw new NoAdmin(this.refused);
    }
    this.#read = await readAdmin(admin, adminKeys);
    const { user, password } = this.#read;
    return this.#open(
      basicCredentials(
        () => Promise.resolve(user),
        () => Promise.resolve(password),
      ),
    );
  }

  /** A 401 or 403 that is left can only be the admin's: refused tokens are an answer, not an error. */
  explained(error: unknown): unknown {
    if (this.#read === undefined || !(error instanceof GrafanaError)) {
      return error;
    }
    const isRefusal = error.httpStatus === 401;
    return isRefusal
      ? new AdminRefused(this.#read, error)
      : isForbidden(error)
        ? adminForbidden(this.#read, error)
        : error;
  }

  async close(): Promise<void> {
    await Promise.all(this.#opened.map((client) => client.close()));
  }
}
