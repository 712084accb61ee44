import { DashkeepError } from '../contract/errors.ts';
import { reason } from '../contract/reasons/catalogue.ts';
import type { Clock } from '../contract/ports.ts';
import type { StateStore } from '../lib/state.ts';
import type { KubeClient } from './client.ts';
import { isKubernetesStatus } from './errors.ts';
import { applySecret, readSecret, type SecretName } from './secrets.ts';
import type { Secret } from './types.ts';
import { valueIf } from '../lib/expected-errors.ts';

const CONFLICT_ATTEMPTS = 8;

/**
 * State kept in one Secret. Tokens keep the key that people know from the classic recipe: `grafana-api-token` is
 * `GRAFANA_API_TOKEN` in the Secret, so `kubectl get secret` shows it and other tools can use it.
 */
export class SecretState implements StateStore {
  readonly #client: KubeClient;
  readonly #secret: SecretName;
  readonly #clock: Clock;

  constructor(client: KubeClient, secret: SecretName, clock: Clock) {
    this.#client = client;
    this.#secret = secret;
    this.#clock = clock;
  }

  async get(name: string): Promise<Buffer | undefined> {
    const value = (await this.#read())?.data?.[secretKey(name)];
    return value === undefined ? undefined : Buffer.from(value, 'base64');
  }

  async set(name: string, value: Buffer): Promise<void> {
    await this.#change(secretKey(name), () => value);
  }

  async add(name: string, value: Buffer): Promise<Buffer> {
    return (await this.#change(secretKey(name), (there) => there ?? value)) ?? value;
  }

  async update(name: string, change: (there: Buffer | undefined) => Buffer | undefined): Promise<void> {
    await this.#change(secretKey(name), change);
  }

  async delete(name: string): Promise<void> {
    await this.#change(secretKey(name), () => undefined);
  }

  /** @returns what is there afterwards. */
  async #change(key: string, change: (there: Buffer | undefined) => Buffer | undefined): Promise<Buffer | undefined> {
    for (let attempt = 1; ; attempt++) {
      const current = await this.#read();
      if (current?.immutable === true) {
        throw new DashkeepError('DK_KUBERNETES', `Secret ${this.#label} is immutable, so nothing can be stored in it`, {
          advice: reason('recreate-secret'),
        });
      }
      const there = current?.data?.[key];
      const value = change(there === undefined ? undefined : Buffer.from(there, 'base64'));
      if (there === value?.toString('base64')) {
        return value;
      }
      try {
        await applySecret(this.#client, this.#secret, current, new Map([[key, value]]));
        return value;
      } catch (error) {
        if (!isKubernetesStatus(error, 409) || attempt >= CONFLICT_ATTEMPTS) {
          throw error;
        }
        await this.#clock.sleep(20 * attempt);
      }
    }
  }

  /** Undefined when there is no such Secret: where the Role allows it, the first writing makes it. */
  #read(): Promise<Secret | undefined> {
    const isAbsent = (error: unknown): boolean => isKubernetesStatus(error, 404);
    return readSecret(this.#client, this.#secret).catch(valueIf(isAbsent, undefined));
  }

  get #label(): string {
    return `${this.#secret.namespace}/${this.#secret.name}`;
  }
}

/** `grafana-api-token-org-2` → `GRAFANA_API_TOKEN_ORG_2`; everything that is not a token keeps its name. */
function secretKey(name: string): string {
  return /^(grafana|dashkeep)-api-token(-org-\d+)?$/.test(name) ? name.toUpperCase().replaceAll('-', '_') : name;
}
