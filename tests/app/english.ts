/** What the app asks of @grafana/i18n, in English: the host's packages are for browsers. */
export function t(_key: string, text: string, values: Record<string, unknown> = {}): string {
  const form = values['count'] === 1 ? values['defaultValue_one'] : values['defaultValue_other'];
  return String(form ?? text).replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name]));
}
