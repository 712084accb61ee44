import type { CredentialSource } from './credentials.ts';
import { isWrongPassword, refusedToken, type GrafanaError } from './errors.ts';
import { LoginGate, type EndTurn } from './login-gate.ts';

/** Answers anyone, whatever the password. */
const ASKS_NO_PASSWORD = '/api/health';

const pass: EndTurn = () => undefined;

/**
 * Who asks Grafana, and in which org. Shared by all requests of one client, which stop when Grafana refuses it for
 * good.
 */
export class Access {
  readonly credentials: CredentialSource;
  readonly org: number | undefined;
  readonly #loginGate: LoginGate;
  #refused: GrafanaError | undefined;
  /** Other credentials are being asked for, once for all requests; resolves to whether there are some. */
  #renewing: Promise<boolean> | undefined;

  constructor(credentials: CredentialSource, org?: number, loginGate = new LoginGate()) {
    this.credentials = credentials;
    this.org = org;
    this.#loginGate = loginGate;
  }

  /** The same Grafana asked in another org; other credentials have yet to be accepted. */
  inOrg(org: number, credentials: CredentialSource): Access {
    return new Access(credentials, org, credentials === this.credentials ? this.#loginGate : undefined);
  }

  /** Waits while another request finds out whether Grafana takes the password. @returns what ends this one's turn */
  turn(path: string): Promise<EndTurn> {
    return this.credentials.kind === 'basic' && path !== ASKS_NO_PASSWORD
      ? this.#loginGate.turn()
      : Promise.resolve(pass);
  }

  /** Set when Grafana refused the credentials for good: every further request fails with it, and none is sent. */
  get refused(): GrafanaError | undefined {
    return this.#refused ?? this.#loginGate.refused;
  }

  /** From now on nothing is sent. @returns what every request fails with: the first refusal. */
  refuse(error: GrafanaError): GrafanaError {
    if (this.credentials.kind === 'basic' && isWrongPassword(error)) {
      this.#loginGate.refused ??= error;
    }
    const { variable } = this.credentials;
    this.#refused ??=
      variable === undefined || this.org === undefined ? error : refusedToken(error, variable, this.org);
    return this.#refused;
  }

  /** What a request is sent with. @throws what was refused: none is sent with that. */
  async authorization(): Promise<string> {
    await this.#renewing;
    if (this.refused !== undefined) {
      throw this.refused;
    }
    return this.credentials.authorization();
  }

  /** Headers that say who asks. */
  headers(authorization: string): Record<string, string> {
    return this.org !== undefined && this.credentials.kind === 'basic'
      ? { authorization, 'x-grafana-org-id': String(this.org) }
      : { authorization };
  }

  /** Whether there are other credentials now than those that were refused. */
  async isRenewed(refused: string | undefined): Promise<boolean> {
    // Another request may have had them renewed while this one was under way.
    if ((await this.credentials.authorization().catch(() => refused)) !== refused) {
      return true;
    }
    this.#renewing ??= this.credentials
      .refresh()
      .catch(() => false)
      .finally(() => {
        this.#renewing = undefined;
      });
    return this.#renewing;
  }
}
