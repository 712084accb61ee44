import { readFileSync } from 'node:fs';
import { localeFile } from '../../scripts/texts.ts';

const texts = JSON.parse(readFileSync(localeFile('fr-FR'), 'utf8')) as Record<string, Record<string, string>>;

/** What the app asks of @grafana/i18n, in French: the host's packages are for browsers. */
export function t(key: string, _text: string, values: Record<string, unknown> = {}): string {
  const dot = key.indexOf('.');
  const text = texts[key.slice(0, dot)]?.[key.slice(dot + 1)] ?? `no text: ${key}`;
  return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name]));
}
