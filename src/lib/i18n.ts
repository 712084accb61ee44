import { t as translate } from '@grafana/i18n';
import { config } from '@grafana/runtime';

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

/** How numbers and dates are written: of Grafana's users some read English and write dates as at home. */
export function regionalFormat(): string {
  const { featureToggles, bootData } = config;
  const chosen = (featureToggles as Record<string, boolean | undefined>)['localeFormatPreference']
    ? (bootData.user as { regionalFormat?: string }).regionalFormat
    : undefined;
  return chosen || language();
}

function formatCount(count: number): string {
  return new Intl.NumberFormat(regionalFormat()).format(count);
}
