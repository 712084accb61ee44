/** Everything of a Grafana by `organization/kind/name`, without what changes by itself (ids, times, versions). */
export type Dump = Record<string, unknown>;

/** Collects what one organization holds of a kind. */
export class Entries {
  readonly found: Dump = {};
  readonly #scope: string;

  constructor(scope: string) {
    this.#scope = scope;
  }

  /** Adds one; a name that is there already gets a number, so that nothing hides behind its double. */
  add(kind: string, name: string, body: unknown): void {
    let key = `${this.#scope}/${kind}/${name}`;
    for (let number = 2; key in this.found; number++) {
      key = `${this.#scope}/${kind}/${name} (${number})`;
    }
    this.found[key] = body;
  }
}

/** A copy of an object without these fields; undefined values are left out. */
export function without(body: object, ...fields: string[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(body).filter(([name, value]) => !fields.includes(name) && value !== undefined),
  );
}
