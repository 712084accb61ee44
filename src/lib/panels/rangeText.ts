import { formatTime } from '../format.ts';
import { language, t } from '../i18n.ts';

const UNITS: Record<string, string> = {
  s: 'second',
  m: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  M: 'month',
  y: 'year',
};

/** A time range as people say it: "the last 6 hours"; others from beginning to end. */
export function rangeText({ from, to }: { from: string; to: string }): string {
  const [, count, letter = ''] = /^now-(\d+)([smhdwMy])$/.exec(from) ?? [];
  const unit = UNITS[letter];
  if (to !== 'now' || count === undefined || unit === undefined) {
    return `${momentText(from)} – ${momentText(to)}`;
  }
  const format = new Intl.NumberFormat(language(), { style: 'unit', unit, unitDisplay: 'long' });
  return t('panels.last', 'the last {{duration}}', { duration: format.format(Number(count)) });
}

function momentText(text: string): string {
  return text.includes('now') || Number.isNaN(Date.parse(text)) ? text : formatTime(text);
}
