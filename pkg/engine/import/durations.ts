const MILLISECONDS: Readonly<Record<string, number>> = {
  y: 31_536_000_000,
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
};

/** A duration as Grafana's API writes it: `5m`, where a tool or a database has `5m0s` or 300 000 ms. */
export function durationText(milliseconds: number): string {
  let left = Math.trunc(milliseconds);
  let text = '';
  for (const [unit, size] of Object.entries(MILLISECONDS)) {
    // Years, weeks and days only where nothing is left.
    if (size > 3_600_000 ? left > 0 && left % size === 0 : left >= size) {
      text += `${Math.floor(left / size)}${unit}`;
      left %= size;
    }
  }
  return text === '' ? '0s' : text;
}

/** In milliseconds; undefined if it is no duration. */
export function durationOf(text: string): number | undefined {
  if (!/^(\d+(ms|[ywdhms]))+$/.test(text)) {
    return undefined;
  }
  const parts = [...text.matchAll(/(\d+)(ms|[ywdhms])/g)];
  return parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (MILLISECONDS[unit] ?? 0), 0);
}
