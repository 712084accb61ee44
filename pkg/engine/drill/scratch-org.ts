import { numberAt, stringAt, type Json } from '../../lib/json/json.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { reason, type KnownReason } from '../../contract/reasons/catalogue.ts';
import type { GrafanaClient } from '../../grafana/http/client.ts';
import { ifFound, isConflict } from '../../grafana/http/errors.ts';
import type { Instance, Org } from '../../grafana/instance.ts';
import { assertReached } from '../../grafana/orgs.ts';
import { CREATE_LIMIT_MS, type Scratch } from './scratch.ts';

/** An org for one drill. Only ever found by its name, which nobody else gives: no other org can be meant. */
export class ScratchOrg implements Scratch {
  readonly type = 'org';
  readonly name: string;
  readonly #instance: Instance;
  readonly #client: GrafanaClient;
  #foreign = false;

  /** @param client acts in another org: Grafana does not delete the one that a request is made in. */
  constructor(instance: Instance, client: GrafanaClient, name: string) {
    this.#instance = instance;
    this.#client = client;
    this.name = name;
  }

  get steps(): KnownReason {
    return reason('delete-scratch-org', { url: this.#instance.url, name: this.name });
  }

  /** The Grafana as a drill sees it: that one org. */
  async create(): Promise<Instance> {
    const signal = AbortSignal.timeout(CREATE_LIMIT_MS);
    try {
      await this.#client.post('/api/orgs', { name: this.name }, { signal });
    } catch (error) {
      this.#foreign = isConflict(error);
      throw error;
    }
    // The answer has the id as a number or as text, depending on the release.
    const id = numberAt(await this.#find(signal), 'id');
    if (id === undefined) {
      throw new DashkeepError('DK_GRAFANA_ANSWER', `the organization '${this.name}' was created, but is missing`);
    }
    const org: Org = { id, name: this.name, client: this.#client.inOrg(id) };
    await assertReached(org.client, id, signal);
    return { ...this.#instance, orgs: [org] };
  }

  async remove(signal: AbortSignal): Promise<void> {
    const found = this.#foreign ? undefined : await this.#find(signal);
    const id = numberAt(found, 'id');
    if (id === undefined || stringAt(found, 'name') !== this.name) {
      return;
    }
    await ifFound(this.#client.delete(`/api/orgs/${id}`, { signal, retry: 'always' }));
    if ((await this.#find(signal)) !== undefined) {
      throw new DashkeepError(
        'DK_GRAFANA_ANSWER',
        'Grafana reported that it deleted the organization, but still has it',
      );
    }
  }

  #find(signal: AbortSignal): Promise<Json | undefined> {
    return ifFound(this.#client.get(`/api/orgs/name/${encodeURIComponent(this.name)}`, { signal }));
  }
}
