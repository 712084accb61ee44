import { translateCatalogues, type Translation } from '../lib/catalogue/texts.ts';
import { frenchSpaces } from './frenchSpaces.ts';
import { addTexts, chosenLanguage } from '../lib/i18n.ts';

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
  const language = chosenLanguage();
  try {
    const [app, catalogues] = await Promise.all(LOADERS[language]?.() ?? []);
    if (app !== undefined && catalogues !== undefined) {
      translateCatalogues(frenchSpaces(catalogues.default));
      addTexts(language, frenchSpaces(app.default));
    }
  } catch (error) {
    console.error(`cannot load the texts in ${language}`, error);
  }
}
