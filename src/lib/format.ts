import { config } from '@grafana/runtime';
import { language, regionalFormat, t } from './i18n.ts';

/** Numbers and times for people, in their language and time zone. Pure but for those two. */

export function formatNumber(value: number): string {
  return new Intl.NumberFormat(regionalFormat()).format(value);
}

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** Bytes with at most one decimal: 982 kB, 1.4 MB. */
export function formatBytes(bytes: number): string {
  const step = Math.min(UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const unit = UNITS[step] ?? 'byte';
  const value = bytes / 1000 ** step;
  const maximumFractionDigits = value < 10 && step > 0 ? 1 : 0;
  const options = { style: 'unit', unit, unitDisplay: step === 0 ? 'long' : 'short', maximumFractionDigits } as const;
  return new Intl.NumberFormat(language(), options).format(value);
}

/** Milliseconds as the one or two units that matter: 840 ms, 4.2 s, 3 min 20 s, 2 h 5 min, 4 d. */
export function formatDuration(milliseconds: number): string {
  const unit = (value: number, name: string, digits = 0) =>
    new Intl.NumberFormat(language(), {
      style: 'unit',
      unit: name,
      unitDisplay: 'short',
      maximumFractionDigits: digits,
    }).format(value);
  const seconds = Math.round(milliseconds / 1000);
  if (milliseconds < 1000) {
    return unit(Math.round(milliseconds), 'millisecond');
  }
  if (milliseconds < 59_500) {
    return unit(milliseconds / 1000, 'second', milliseconds < 10_000 ? 1 : 0);
  }
  if (seconds < 3600) {
    const rest = seconds % 60;
    return [unit(Math.floor(seconds / 60), 'minute'), rest > 0 ? unit(rest, 'second') : ''].join(' ').trim();
  }
  if (seconds < 86_400) {
    const rest = Math.floor((seconds % 3600) / 60);
    return [unit(Math.floor(seconds / 3600), 'hour'), rest > 0 ? unit(rest, 'minute') : ''].join(' ').trim();
  }
  return unit(Math.floor(seconds / 86_400), 'day');
}

const STEPS: [limit: number, size: number, unit: Intl.RelativeTimeFormatUnit][] = [
  [3600, 60, 'minute'],
  [86_400, 3600, 'hour'],
  [30 * 86_400, 86_400, 'day'],
  [365 * 86_400, 30 * 86_400, 'month'],
  [Infinity, 365 * 86_400, 'year'],
];

/** A time to come within these hours is given with its minutes, in seconds: people wait for it. */
const SOON = 6 * 3600;

/** "40 minutes ago", "in 1 hr 38 min", "in 9 hours"; within a minute it is "just now" or "in a moment". */
export function formatRelative(time: string, now = Date.now()): string {
  const seconds = (Date.parse(time) - now) / 1000;
  const size = Math.abs(seconds);
  if (size < 60) {
    return seconds <= 0 ? t('time.justNow', 'just now') : t('time.inAMoment', 'in a moment');
  }
  if (seconds >= 3600 && seconds < SOON) {
    return t('time.in', 'in {{duration}}', { duration: formatDuration(seconds * 1000) });
  }
  const [, step, unit] = STEPS.find(([limit]) => size < limit) ?? [0, 60, 'minute' as const];
  return new Intl.RelativeTimeFormat(language(), { numeric: 'always' }).format(Math.round(seconds / step), unit);
}

/** The user's time zone as Intl takes it; undefined is the browser's. */
function timeZone(): string | undefined {
  const { timezone } = config.bootData.user;
  return timezone === '' || timezone === 'browser' ? undefined : timezone === 'utc' ? 'UTC' : timezone;
}

/** @returns date and time in the user's language and time zone */
export function formatTime(time: string): string {
  const options = { dateStyle: 'medium', timeStyle: 'short', timeZone: timeZone() } as const;
  return new Intl.DateTimeFormat(regionalFormat(), options).format(new Date(time));
}

/** @returns how each of some times is written: with seconds where two of them look alike otherwise */
export function distinctTimes(times: readonly string[]): (time: string) => string {
  const precise = { dateStyle: 'medium', timeStyle: 'medium', timeZone: timeZone() } as const;
  const seen = new Map<string, Set<string>>();
  for (const time of times) {
    const text = formatTime(time);
    seen.set(text, (seen.get(text) ?? new Set()).add(time));
  }
  return (time) => {
    const text = formatTime(time);
    return (seen.get(text)?.size ?? 0) > 1
      ? new Intl.DateTimeFormat(regionalFormat(), precise).format(new Date(time))
      : text;
  };
}

/** A text with the IDs of snapshots replaced by their times, by which people know them. */
export function withSnapshotTimes(text: string): string {
  return text.replace(/\b(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-[0-9a-f]{8}\b/g, (id, ...parts: string[]) => {
    const [year, month, day, hour, minute, second] = parts;
    const time = `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
    return Number.isNaN(Date.parse(time)) ? id : formatTime(time);
  });
}

/** With the weekday, for times to come. */
export function formatMoment(time: string): string {
  const options = {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: 'numeric',
    minute: '2-digit',
    timeZone: timeZone(),
  } as const;
  return new Intl.DateTimeFormat(regionalFormat(), options).format(new Date(time));
}

/** Where a target is: `s3://bucket/prefix at https://…`, as the service says it, in the user's language. */
export function formatPlace(description: string): string {
  const [place, service] = description.split(' at ');
  return service === undefined ? description : t('common.place', '{{place}} at {{service}}', { place, service });
}
