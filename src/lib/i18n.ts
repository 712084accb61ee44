import i18next, { type i18n } from 'i18next';
import { config } from '@grafana/runtime';
import manifest from '../plugin.json';

/** What a text may be filled with. */
type Values = Record<string, string | number>;

/** The host's texts and languages, which the app shares; some versions of Grafana hand out the module around it. */
const host: i18n = (i18next as i18n & { default?: i18n }).default ?? i18next;

/**
 * A text in the user's language; the default is English. Values come in unescaped: React escapes what it renders, and
 * doing it twice would show `&amp;` in titles.
 */
export function t(key: string, text: string, values?: Record<string, unknown>): string {
  return host.t(key, text, { ...values, ns: manifest.id, interpolation: { escapeValue: false } });
}

/** A text that depends on a number: `one` for a single thing, `other` for any other count. */
export function plural(key: string, count: number, one: string, other: string, values?: Values): string {
  const forms = { defaultValue_one: one, defaultValue_other: other };
  return t(key, other, { ...values, ...forms, count, number: formatCount(count) });
}

/** What is said about something, behind its name. */
export function labelled(label: string, text: string): string {
  return t('common.labelled', '{{label}}: {{text}}', { label, text });
}

/** Several parts of one line. */
export function listed(parts: readonly string[]): string {
  return parts.join(t('common.separator', '; '));
}

/** The language that texts are to be in. */
export function chosenLanguage(): string {
  return host.resolvedLanguage ?? 'en-US';
}

/** Adds the app's texts in a language, in place of those that Grafana may have loaded. */
export function addTexts(to: string, texts: Record<string, unknown>): void {
  host.addResourceBundle(to, manifest.id, texts, true, true);
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
