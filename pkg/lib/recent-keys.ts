/** The ids that were added or found last, up to that many. */
export class RecentKeys {
  readonly #limit: number;
  readonly #ids = new Set<string>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(id: string): void {
    this.#ids.delete(id);
    this.#ids.add(id);
    if (this.#ids.size > this.#limit) {
      const [oldest = ''] = this.#ids;
      this.#ids.delete(oldest);
    }
  }

  /** Whether it is among them; then it is the most recent one. */
  has(id: string): boolean {
    const found = this.#ids.has(id);
    if (found) {
      this.add(id);
    }
    return found;
  }

  delete(id: string): void {
    this.#ids.delete(id);
  }
}
