/** A colour of the theme for how a backup ended: what was stopped or cut off is no failure. */
export type TrendTone = 'primary' | 'warning' | 'error' | 'secondary';

/** @returns the tone of a bar in the charts */
export function trendTone(status: string): TrendTone {
  switch (status) {
    case 'complete':
      return 'primary';
    case 'failed':
      return 'error';
    case 'cancelled':
      return 'secondary';
    default:
      return 'warning';
  }
}
