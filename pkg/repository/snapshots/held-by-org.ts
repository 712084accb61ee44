import { SERVER_KINDS } from '../../contract/kinds.ts';
import { problemCount, type HeldByOrg, type Manifest, type ManifestEntry } from '../../contract/manifest.ts';

/** Counts what a manifest holds of each organization, entry by entry. */
export class HeldCount {
  readonly #orgs = new Map<number, HeldByOrg['server']>();
  readonly #server = { resources: 0, bytes: 0, problems: 0 };

  add({ org, kind, bytes }: Pick<ManifestEntry, 'org' | 'kind' | 'bytes'>): void {
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
    const found = [...this.#orgs].map(([id, held]) => ({ id, ...held }));
    return { orgs: found.sort((a, b) => a.id - b.id), server: this.#server };
  }

  #of(org: number, kind?: ManifestEntry['kind']): HeldByOrg['server'] {
    if (kind !== undefined && SERVER_KINDS.has(kind)) {
      return this.#server;
    }
    const held = this.#orgs.get(org) ?? { resources: 0, bytes: 0, problems: 0 };
    this.#orgs.set(org, held);
    return held;
  }
}
