import { initPluginTranslations } from '@grafana/i18n';
import manifest from '../plugin.json';

/** Languages that ship; English is in the source. Grafana before 12.1 does not load a plugin's texts by itself. */
const LOADERS: Record<string, () => Promise<{ default: Record<string, unknown> }>> = {
  'fr-FR': () => import('../locales/fr-FR/dashkeep-backup-app.json'),
};

/** Makes the texts of the user's language available; resolves also when there are none. */
export async function loadTranslations(): Promise<void> {
  await initPluginTranslations(manifest.id, [async (language) => (await LOADERS[language]?.())?.default ?? {}]);
}
