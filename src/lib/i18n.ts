import { t as translate } from '@grafana/i18n';

/** What a text may be filled with. */
type Values = Record<string, string | number>;

/**
 * A text in the user's language; the default is English. Values come in unescaped: React escapes what it renders, and
 * doing it twice would show `&amp;` in titles.
 */
export function t(key: string, text: string, values?: Values): string {
  return translate(key, text, { ...values, interpolation: { escapeValue: false } });
}

/** A text that depends on a number: `one` for a single thing, `other` for any other count. */
export function plural(key: string, count: number, one: string, other: string, values?: Values): string {
  return translate(key, other, {
    ...values,
    count,
    number: formatCount(count),
    defaultValue_one: one,
    defaultValue_other: other,
    interpolation: { escapeValue: false },
  });
}

/** The language that texts are in, for Intl. */
export function language(): string {
  return document.documentElement.lang || 'en-US';
}

function formatCount(count: number): string {
  return new Intl.NumberFormat(language()).format(count);
}
