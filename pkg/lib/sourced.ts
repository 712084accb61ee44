/** A value of the configuration with its source: a flag, a variable, a file. The source never holds a value. */
export interface Sourced<T> {
  value: T;
  from: string;
}

/** A secret that is read at each use. */
export type SecretText = Sourced<() => Promise<string>>;
