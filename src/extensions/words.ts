import { language } from '../lib/i18n.ts';

/** What one link is called, and what it says below. */
export interface Words {
  title: string;
  description: string;
}

/** English, and what plugin.json says: Grafana compares. */
export const ENGLISH = {
  versions: { title: 'Earlier versions', description: 'All versions of this dashboard in your backups' },
  backUp: { title: 'Back up now', description: 'Start a backup of Grafana with Dashkeep' },
  restore: { title: 'Restore something', description: 'Choose what to restore from a Dashkeep backup' },
  status: { title: 'Backup status', description: 'See what the last Dashkeep backup covers' },
  card: {
    title: 'Backup and restore',
    description: 'See what the last backup covers, browse earlier versions, and restore what was changed or deleted.',
  },
} satisfies Record<string, Words>;

export type LinkName = keyof typeof ENGLISH;

/**
 * Here and not in `locales`: Grafana asks for the links when its first page opens and keeps what they say, which is
 * before texts of another language can be loaded.
 */
export const TRANSLATED: Record<string, Record<LinkName, Words>> = {
  'fr-FR': {
    versions: {
      title: 'Versions antérieures',
      description: 'Toutes les versions de ce tableau de bord dans vos sauvegardes',
    },
    backUp: { title: 'Sauvegarder maintenant', description: 'Lancer une sauvegarde de Grafana avec Dashkeep' },
    restore: {
      title: 'Restaurer un élément',
      description: 'Choisir les ressources à restaurer à partir d’une sauvegarde de Dashkeep',
    },
    status: { title: 'État des sauvegardes', description: 'Voir ce que couvre la dernière sauvegarde de Dashkeep' },
    card: {
      title: 'Sauvegarde et restauration',
      description:
        'Voir ce que couvre la dernière sauvegarde, parcourir les versions antérieures et restaurer ce qui a été modifié ou supprimé.',
    },
  },
};

/** The words of a link in the user's language, English where there are none. */
export function wordsOf(link: LinkName): Words {
  return (TRANSLATED[language()] ?? ENGLISH)[link];
}
