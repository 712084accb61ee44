import { DashkeepError } from '../../../contract/errors.ts';
import type { KindName } from '../../../contract/kinds.ts';
import type { KindContext } from '../../../grafana/kinds/kind.ts';
import { kindOf } from '../../../grafana/kinds/registry.ts';

/** Answers whether a resource is live in an org; every answer is remembered. */
export class Existing {
  readonly #context: KindContext;
  readonly #lists = new Map<KindName, Promise<Set<string>>>();
  readonly #single = new Map<string, Promise<boolean>>();

  constructor(context: KindContext) {
    this.#context = context;
  }

  async has(kind: KindName, uid: string): Promise<boolean> {
    if (kindOf(kind).manyReferences === true) {
      return (await this.all(kind)).has(uid);
    }
    const key = `${kind}/${uid}`;
    const answer = this.#single.get(key) ?? this.#read(kind, uid);
    this.#single.set(key, answer);
    return answer;
  }

  /** Uids of all that is live of a kind. */
  all(kind: KindName): Promise<ReadonlySet<string>> {
    const list = this.#lists.get(kind) ?? this.#list(kind);
    this.#lists.set(kind, list);
    return list;
  }

  async #list(kind: KindName): Promise<Set<string>> {
    const uids = new Set<string>();
    for await (const { uid } of kindOf(kind).list(this.#context, { revision: () => undefined, size: 0 })) {
      uids.add(uid);
    }
    return uids;
  }

  async #read(kind: KindName, uid: string): Promise<boolean> {
    try {
      return (await kindOf(kind).read(this.#context, { uid, title: uid })) !== undefined;
    } catch (error) {
      // Without the right to look, planning assumes that it is there; writing will show.
      if (error instanceof DashkeepError && error.code === 'DK_GRAFANA_FORBIDDEN') {
        return true;
      }
      throw error;
    }
  }
}
