import type { KindName } from '../../../contract/kinds.ts';
import { isUnreadable } from '../../../grafana/http/errors.ts';
import type { KindContext } from '../../../grafana/kinds/kind.ts';
import { kindOf } from '../../../grafana/kinds/registry.ts';
import { hasCode, valueIf } from '../../../lib/expected-errors.ts';
import { RecentValues } from '../../../lib/recent-values.ts';

/** Answers whether a resource is live in an org; every answer is remembered. */
export class Existing {
  readonly #context: KindContext;
  readonly #lists = new RecentValues<Promise<Set<string>>>();
  readonly #single = new RecentValues<Promise<boolean>>();

  constructor(context: KindContext) {
    this.#context = context;
  }

  async has(kind: KindName, uid: string): Promise<boolean> {
    if (kindOf(kind).manyReferences === true) {
      return await this.#assuming(async () => (await this.all(kind)).has(uid));
    }
    return this.#single.use(`${kind}/${uid}`, () =>
      this.#assuming(async () => (await kindOf(kind).read(this.#context, { uid, title: uid })) !== undefined),
    );
  }

  /** Uids of all that is live of a kind. */
  all(kind: KindName): Promise<ReadonlySet<string>> {
    return this.#lists.use(kind, () => this.#list(kind));
  }

  async #list(kind: KindName): Promise<Set<string>> {
    const uids = new Set<string>();
    for await (const { uid } of kindOf(kind).list(this.#context, { revision: () => undefined, size: 0 })) {
      uids.add(uid);
    }
    return uids;
  }

  /** Without the right to look, planning assumes that it is there; writing will show. What is too large is there. */
  #assuming(look: () => Promise<boolean>): Promise<boolean> {
    return look().catch(valueIf((error) => isUnreadable(error) || hasCode('DK_GRAFANA_FORBIDDEN')(error), true));
  }
}
