/** JSON from a backup: nothing of its form is promised. */
export type Loose = Record<string, unknown>;

export function asObject(value: unknown): Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Loose) : {};
}

/** The objects of a list. */
export function asObjects(value: unknown): Loose[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'object' && one !== null).map(asObject) : [];
}

export function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
