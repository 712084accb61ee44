/** Values by key, up to that many if there is a limit: those used last stay. A promise stays only until it fails. */
export class RecentValues<V> {
  readonly #limit: number;
  readonly #values = new Map<string, V>();

  constructor(limit = Infinity) {
    this.#limit = limit;
  }

  /** The value, which is the most recent one from then on. */
  get(key: string): V | undefined {
    const value = this.#values.get(key);
    return value === undefined ? undefined : this.set(key, value);
  }

  /** The value, made where there is none. */
  use(key: string, make: () => V): V {
    return this.get(key) ?? this.#watched(key, this.set(key, make()));
  }

  set(key: string, value: V): V {
    this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size > this.#limit) {
      const [oldest = ''] = this.#values.keys();
      this.#values.delete(oldest);
    }
    return value;
  }

  delete(key: string): void {
    this.#values.delete(key);
  }

  clear(): void {
    this.#values.clear();
  }

  #watched(key: string, value: V): V {
    if (value instanceof Promise) {
      value.catch(() => {
        if (this.#values.get(key) === value) {
          this.#values.delete(key);
        }
      });
    }
    return value;
  }
}
