/** The host's i18next, in English. */
export default {
  t(_key: string, text: string, values: Record<string, unknown> = {}): string {
    const form = values['count'] === 1 ? values['defaultValue_one'] : values['defaultValue_other'];
    return String(form ?? text).replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name]));
  },
};
