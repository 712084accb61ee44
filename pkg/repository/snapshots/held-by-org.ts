import { SERVER_KINDS, type KindName } from '../../contract/kinds.ts';
import { problemCount, type HeldByOrg, type Manifest, type NewerEntry } from '../../contract/manifest.ts';

/** Counts what a manifest holds of each organization, entry by entry. */
export class HeldCount {
  readonly #orgs = new Map<number, HeldByOrg['server']>();
  readonly #server = { resources: 0, bytes: 0, problems: 0 };

  add({ org, kind, bytes }: Pick<NewerEntry, 'org' | 'kind' | 'bytes'>): void {
    const held = this.#of(org, kind);
    held.resources++;
    held.bytes += bytes;
  }

  /** @param manifest - gives the organizations that it covers, also those that have nothing, and what is missing */
  result({ orgs, errors }: Pick<Manifest, 'orgs' | 'errors'>): HeldByOrg {
    for (const { id } of orgs) {
      this.#of(id);
    }
    for (const problem of errors) {
      this.#of(problem.org, problem.kind).problems += problemCount([problem]);
    }
    const names = new Map(orgs.map(({ id, name }) => [id, name]));
    const found = [...this.#orgs].map(([id, held]) => ({ id, name: names.get(id) ?? '', ...held }));
    return { orgs: found.sort((a, b) => a.id - b.id), server: this.#server };
  }

  #of(org: number, kind?: string): HeldByOrg['server'] {
    if (SERVER_KINDS.has(kind as KindName)) {
      return this.#server;
    }
    const held = this.#orgs.get(org) ?? { resources: 0, bytes: 0, problems: 0 };
    this.#orgs.set(org, held);
    return held;
  }
}
