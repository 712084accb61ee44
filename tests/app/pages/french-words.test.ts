import { afterAll, describe, expect, it, vi } from 'vitest';
import french from '../../../pkg/contract/french.json' with { type: 'json' };
import { reason, type KnownReason } from '../../../pkg/contract/reasons/catalogue.ts';
import { because } from '../../../pkg/contract/reasons/reason.ts';
import texts from '../../../src/locales/fr-FR/dashkeep-backup-app.json' with { type: 'json' };

vi.mock('@grafana/runtime', () => ({ config: { featureToggles: {}, bootData: { user: { timezone: 'UTC' } } } }));
vi.mock('i18next', () => ({
  default: {
    t(key: string, text: string, values: Record<string, unknown> = {}): string {
      const [section = '', name = ''] = key.split('.');
      const template = (texts as Record<string, Record<string, string>>)[section]?.[name] ?? text;
      return template.replace(/\{\{(\w+)\}\}/g, (_, value: string) => String(values[value]));
    },
  },
}));
vi.stubGlobal('document', { documentElement: { lang: 'fr-FR' } });

const { reasonText } = await import('../../../src/lib/catalogue/reasons.ts');
await import('../../../src/lib/catalogue/restoreReasons.ts');
const { translateCatalogues } = await import('../../../src/lib/catalogue/texts.ts');
translateCatalogues(french);
afterAll(() => translateCatalogues());

const ID = '20261129T203005Z-0a1b2c3d';
const config = { key: 'dashkeep.json' };
const latest = { snapshot: ID, full: '20261128T203005Z-0a1b2c3d' };

/** What a reason is filled with, and what it says in French. */
const CASES: [why: KnownReason, text: string][] = [
  [
    reason('config-format', { ...config, format: 'format 3' }),
    'dashkeep.json dans la cible indique le format 3 ; le Dashkeep installé prend en charge le format 1',
  ],
  [
    reason('repository-format', { remembered: 'a1', target: 's3://b', format: 'an unknown format' }),
    'Le dépôt a1 dans s3://b a été écrasé ou mis à niveau : sa configuration indique un format inconnu',
  ],
  [reason('managed', { manager: 'file' }), 'Géré par un fichier, qui annulerait la modification'],
  [
    reason('managed', { manager: 'file (shop.json)' }),
    'Géré par un fichier (shop.json), qui annulerait la modification',
  ],
  [reason('snapshot-expired', { expires: '2026-11-29T20:30:05Z' }), 'A expiré le 29 nov. 2026, 20:30'],
  [reason('extra-managed', { manager: 'plugin' }), 'Absent du point de sauvegarde, mais géré par un plugin'],
  [reason('managed-since', { manager: 'terraform' }), 'Désormais géré par terraform'],
  [
    reason('endpoint-unencrypted', { source: 'the settings' }),
    'Le point d’accès (source : les paramètres) n’est pas chiffré (http://).',
  ],
  [
    reason('snapshots-untrusted', { count: '2', signers: 'none', time: '2026-11-29T20:30:05Z' }),
    'Points de sauvegarde qu’aucune clé de confiance n’a signés : 2, le plus récent du 29 nov. 2026, 20:30 (signataires : aucun)',
  ],
  [
    reason('latest-narrower', { ...latest, lacks: 'org 2 (Second Org.), data-source' }),
    'Le dernier point de sauvegarde, celui du 29 nov. 2026, 20:30, couvre moins que celui du 28 nov. 2026, 20:30 ; non inclus : organisation 2 (Second Org.), sources de données',
  ],
  [
    reason('latest-never-full', { ...latest, state: 'partial, mass change' }),
    'Le dernier point de sauvegarde, celui du 29 nov. 2026, 20:30, n’est pas intégral (partiel, modification massive), et il n’en existe aucun qui le soit',
  ],
  [
    reason('mass-change', { since: ID, losses: '336/348 resources, 30/40 dashboard (org 1)' }),
    'Un nombre inhabituel de ressources du point de sauvegarde du 29 nov. 2026, 20:30 manquent ou diffèrent (≠) : 336 sur 348 ressources, 30 sur 40 tableaux de bord (organisation 1)',
  ],
];

describe('a reason in French', () => {
  it.each(CASES)('is not filled with English: %o', (why, text) => {
    expect(reasonText(because(why))).toBe(text);
  });
});
