import type { Variables } from '../../service/config.ts';
import { SETTINGS, type Configuration, type Name } from './configuration.ts';
import { SECTIONS, type Secret, type Setting } from './setting-definitions.ts';

const { Target, Copy, 'Git mirror': Mirror, Backup, Encryption, Schedule, Retention, Notifications } = SECTIONS;

/** Settings that also apply on another machine; the others are addresses and files of this one. */
const ELSEWHERE = [
  ...[Target, Copy, Mirror, Backup, Encryption, Schedule, Retention, Notifications].flatMap((section) =>
    Object.keys(section),
  ),
  'DASHKEEP_ORGS',
] as Name[];

/** Addresses and directories of this machine. */
const HERE: Name[] = ['DASHKEEP_LISTEN', 'DASHKEEP_OPS_LISTEN', 'DASHKEEP_URL', 'DASHKEEP_STATE_DIR'];

/** The names of the settings of the pages, and the texts of those that are none. No secret. */
export function variables(configuration: Configuration): Variables {
  const ofPage = new Map<string, string>();
  const given = new Map<string, string>();
  for (const name of ELSEWHERE) {
    const row: Setting | Secret = SETTINGS[name];
    const path = 'secret' in row ? row.page : row.path;
    const text = configuration.variable(name);
    // Of two variables of one setting, the last is the one that has its form.
    if (path !== undefined) {
      ofPage.set(path, name);
    } else if (!('secret' in row) && !name.endsWith('_FILE') && text !== undefined) {
      given.set(name, text);
    }
  }
  return { ofPage, given, ofMachine: ofMachine(configuration), ofSecrets: configuration.secretVariables() };
}

/** Those that another machine may need with other values: addresses, and the paths of files. */
function ofMachine(configuration: Configuration): Map<string, string> {
  const files = Object.entries<Setting | Secret>(SETTINGS).flatMap(([name, row]) =>
    'secret' in row ? [`${name}_FILE`] : name.endsWith('_FILE') ? [name] : [],
  );
  const texts = [...files, ...HERE].map((name) => [name, configuration.variable(name)] as const);
  return new Map(texts.flatMap(([name, text]) => (text === undefined ? [] : [[name, text] as const])));
}
