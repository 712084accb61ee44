import { silentLog, type Log } from '../../contract/ports.ts';
import { lettersBetween } from '../../engine/versions/near-matches.ts';
import { CommandError } from '../command-error.ts';
import { SETTINGS } from './configuration.ts';
import type { Environment } from './environment.ts';
import type { Secret, Setting } from './setting-definitions.ts';

const PREFIX = 'DASHKEEP_';
const GRAFANA = 'GRAFANA_';

const NAMES: readonly string[] = Object.entries<Setting | Secret>(SETTINGS).flatMap(([name, one]) =>
  'secret' in one ? [name, `${name}_FILE`] : [name],
);

/** Names are compared with `<n>` for the number of an organization, and `<NAME>` for the name of a connection. */
const isKnown = (name: string): boolean =>
  NAMES.includes(name.replace(/_ORG_\d+/, '_ORG_<n>').replace(CONNECTION, 'DASHKEEP_CONNECTION_<NAME>_$<rest>'));

const CONNECTION = /^DASHKEEP_CONNECTION_[A-Z0-9_]+?_(?<rest>URL|CA_FILE|ORGS|(TOKEN|ADMIN_(USER|PASSWORD))(_FILE)?)$/;

/** Set by Kubernetes for each Service whose name begins with `dashkeep`, and for the ports of the compose file. */
const OF_SERVICES = /^(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)(_\w+)?)?)$/;

/** Set by those who test and build Dashkeep, for their own programs. */
const OF_TESTS = /^(TEST_\w+|BENCH_\w+|CHAOS|REQUIRE_TIERS|CI_CACHE|KUBE_CACHE)$/;

/** With more different letters, it is another word. */
const MOST_LETTERS = 6;

/** Other programs use `GRAFANA_` variables, too: only one that hardly differs from a setting is misspelled. */
const MOST_LETTERS_OF_GRAFANA = 2;

/**
 * Warns of a variable of Grafana that may be a misspelled setting, where the setting itself is set: the variable may be
 * another program's.
 * @throws DK_SETTINGS for a setting that does not exist, with the nearest name that does
 */
export function assertKnownNames(environment: Environment, log: Log = silentLog): void {
  for (const name of Object.keys(environment)) {
    const upper = name.toUpperCase();
    const prefix = [PREFIX, GRAFANA].find((one) => upper.startsWith(one)) ?? '';
    const rest = upper.slice(prefix.length);
    if (prefix === '' || isKnown(name) || OF_SERVICES.test(rest) || OF_TESTS.test(rest)) {
      continue;
    }
    const near = nearest(upper, prefix);
    const set = near === undefined ? undefined : formsOf(near, upper).find((one) => environment[one] !== undefined);
    if (prefix === PREFIX || (near !== undefined && set === undefined)) {
      throw new CommandError('DK_SETTINGS', `unknown setting ${name.slice(0, 80)}`, {
        hint: near === undefined ? 'Unset it. docs/settings.md lists all settings.' : `Did you mean ${near}?`,
      });
    }
    if (set !== undefined) {
      log.warn({}, `${name.slice(0, 80)} is not a setting and is ignored; ${set} is set`);
    }
  }
}

/** The variables that may give what a name gives: a value or its file, of the organization that is written. */
function formsOf(near: string, written: string): string[] {
  const name = near.replace(/_FILE$/, '').replace('<n>', /ORG_?(\d+)/.exec(written)?.[1] ?? '');
  return [name, `${name}_FILE`];
}

const OF_CONNECTIONS = 'DASHKEEP_CONNECTION_<NAME>_';

/** All names, those of connections also with each name that the connection of the wanted one may have. */
function candidatesFor(wanted: string): string[] {
  const rest = /^DASHKEEP_CONNECTION_(?<rest>.+)$/.exec(wanted)?.groups?.['rest'] ?? '';
  const parts = rest.slice(0, 60).split('_');
  const connections = parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('_'));
  return NAMES.flatMap((name) =>
    name.startsWith(OF_CONNECTIONS) ? [name, ...connections.map((one) => name.replace('<NAME>', one))] : [name],
  );
}

function nearest(upper: string, prefix: string): string | undefined {
  const wanted = upper.slice(0, 80).replace(/_?ORG_?\d+/, '_ORG_<n>');
  const [best] = candidatesFor(wanted)
    .filter((name) => name.startsWith(prefix))
    .map((name) => ({ name, letters: lettersBetween(wanted, name) }))
    .sort((a, b) => a.letters - b.letters);
  const letters = prefix === GRAFANA ? MOST_LETTERS_OF_GRAFANA : MOST_LETTERS;
  const most = Math.min(letters, (upper.length - prefix.length) / 2);
  return best !== undefined && best.letters <= most ? best.name : undefined;
}
