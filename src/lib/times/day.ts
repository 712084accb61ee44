import { dateTimeForTimeZone } from '@grafana/data';
import { config } from '@grafana/runtime';

/** Chosen day (YYYY-MM-DD, in the user's zone) as the bounds of a query; nothing when none is chosen. */
export function dayBounds(day: string): { from?: string; to?: string } {
  const start = dateTimeForTimeZone(config.bootData.user.timezone, day);
  if (day === '' || !start.isValid()) {
    return {};
  }
  return { from: start.toISOString(), to: start.add(1, 'd').toISOString() };
}

/** The day (YYYY-MM-DD) that ends at a time. */
export function dayBefore(time: string): string {
  return dateTimeForTimeZone(config.bootData.user.timezone, Date.parse(time) - 1).format('YYYY-MM-DD');
}
