import { parseArgs } from 'node:util';
import { STORAGES } from '../support/clouds/storages.ts';

export const HELP = `npm run real -- --grafana URL [options]

Fills a disposable Grafana with two organizations of everything, burns it, and checks that Dashkeep brings it back.
The admin's name and password come from GRAFANA_ADMIN_USER and GRAFANA_ADMIN_PASSWORD.

  --grafana URL        an empty Grafana on this machine
  --only NAME          only this journey (may be given again)
  --list               the journeys, and nothing else
  --burn COMMAND       gives an empty Grafana at the same URL; without it everything is deleted through the API
  --restart COMMAND    restarts Grafana
  --force              burn a Grafana that is not empty: everything in it is deleted first
  --filled             it was filled by this suite and is as it was left: fill nothing
  --not-local          the URL may be of another machine
  --program FILE       another build of dashkeep.mjs than build/dashkeep.mjs
  --storage NAME       where the repository is: ${Object.keys(STORAGES).join(', ')} (default: directory)
  --moments N          at how many moments stopped-restore ends a restore (default: 6)
  --junit FILE         also write the results as JUnit XML
  --keep               keep the repository, and say where it is
`;

export interface Options {
  grafana: string;
  only: string[];
  list: boolean;
  help: boolean;
  burn: string | undefined;
  restart: string | undefined;
  force: boolean;
  filled: boolean;
  notLocal: boolean;
  program: string | undefined;
  storage: string;
  moments: number;
  junit: string | undefined;
  keep: boolean;
}

/** The options of a command line. @throws when one is unknown. */
export function optionsOf(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      grafana: { type: 'string' },
      only: { type: 'string', multiple: true },
      list: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
      burn: { type: 'string' },
      restart: { type: 'string' },
      force: { type: 'boolean' },
      filled: { type: 'boolean' },
      'not-local': { type: 'boolean' },
      program: { type: 'string' },
      storage: { type: 'string', default: 'directory' },
      moments: { type: 'string', default: '6' },
      junit: { type: 'string' },
      keep: { type: 'boolean' },
    },
  });
  return {
    grafana: values.grafana?.replace(/\/+$/, '') ?? '',
    only: values.only ?? [],
    list: values.list ?? false,
    help: values.help ?? false,
    burn: values.burn,
    restart: values.restart,
    force: values.force ?? false,
    filled: values.filled ?? false,
    notLocal: values['not-local'] ?? false,
    program: values.program,
    storage: values.storage,
    moments: Number(values.moments),
    junit: values.junit,
    keep: values.keep ?? false,
  };
}
