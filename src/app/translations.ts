import { initPluginTranslations } from '@grafana/i18n';
import { translateCatalogues, type Translation } from '../lib/catalogue/texts.ts';
import manifest from '../plugin.json';

type Module<Content> = Promise<{ default: Content }>;

/**
 * Languages that ship: the texts of the app and those of the catalogues. English is in the source. Grafana before 12.1
 * does not load a plugin's texts by itself, and no Grafana loads those of the catalogues.
 */
const LOADERS: Record<string, () => [Module<Record<string, unknown>>, Module<Translation>]> = {
  'fr-FR': () => [import('../locales/fr-FR/dashkeep-backup-app.json'), import('../../pkg/contract/french.json')],
};

/** Makes the texts of the user's language available; resolves also when there are none. */
export async function loadTranslations(): Promise<void> {
  await initPluginTranslations(manifest.id, [
    async (language) => {
      const load = LOADERS[language];
      if (load === undefined) {
        return {};
      }
      const [app, catalogues] = await Promise.all(load());
      translateCatalogues(catalogues.default);
      return app.default;
    },
  ]);
}
