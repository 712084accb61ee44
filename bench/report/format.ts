/** A whole number with separators; nothing for what was not measured. */
export function whole(value: number | undefined): string {
  return value === undefined ? '' : Math.round(value).toLocaleString('en');
}

/** Three digits that count. */
export function short(value: number | undefined): string {
  if (value === undefined) {
    return '';
  }
  return Math.abs(value) >= 100 || Number.isInteger(value) ? whole(value) : String(Number(value.toPrecision(3)));
}
