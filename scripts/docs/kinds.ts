import type { Kind } from '../../pkg/grafana/kinds/kind.ts';
import { KINDS } from '../../pkg/grafana/kinds/registry.ts';

/** Below docs/. */
export const KINDS_PAGE = 'kinds.md';

const INTRODUCTION = `# What is backed up, and what comes back

Every kind of resource that Grafana's API gives out is in a snapshot. What the API does not take back is kept all the
same, and a restore says so, resource by resource, before it writes anything. Kinds are restored in the order of this
table. A kind that a Grafana does not serve is reported as such; a missing right makes the snapshot partial and is named.

Made from the kinds' own declarations by \`npm run docs\`.
`;

const HEADER = [
  'Kind',
  'Name',
  'Backed up',
  'Restored',
  'Identity',
  'What is lost',
  'From Grafana',
  'Rights to read it',
];

const RESTORED = {
  yes: 'yes',
  partly: 'partly',
  'on request': 'when asked for by name',
  no: 'no, archived only',
} as const;

/** @param kinds plurals, joined */
const unread = (kinds: string): string => `
## Read at least once a day

Grafana shows no list from which a backup could see that permissions changed, or the settings of a public dashboard; it would
have to ask for each of them, one by one. So a backup reads these only when one of the following holds, and otherwise takes them over from the
last snapshot: ${kinds}.

- They were last read 23 hours ago or earlier, so that a daily backup reads them each day.
- The folder, dashboard or data source that they belong to is new, changed or moved.
- A team, a service account or a user of the last snapshot is gone or has another name.
- The list shows that a public dashboard was enabled or disabled, or has another link.
- A restore is about to write there: this is the snapshot that its undo goes by.
- The backup reads everything: the first one, every twelfth (\`DASHKEEP_FULL_READ_EVERY\`), and those after an upgrade of Grafana or Dashkeep.

What a person changed about them meanwhile is not in such a snapshot. The snapshot says so: each resource that was taken over has
\`readAt\`, the time when it was last read, and \`dashkeep backup --json\` shows the oldest of each kind as \`oldestReadAt\`. To have
them all as they are now, run \`dashkeep backup --full-read-every 1\`. A comparison with live and the plan of a restore always read what is live.
`;

/** The documentation's page about kinds, from what each kind declares. */
export function kindsPage(): string {
  const rows = [HEADER, HEADER.map(() => '---'), ...KINDS.map(rowOf)];
  const table = rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  const plurals = KINDS.filter(({ staleAfter }) => staleAfter !== undefined).map(
    ({ declaration }) => declaration.plural,
  );
  return `${INTRODUCTION}\n${table}\n${unread(plurals.join(', ').toLowerCase())}`;
}

function rowOf({ name, declaration }: Kind): string[] {
  const { plural, scope, restored, identity, lost, minimumVersion, rights } = declaration;
  return [
    plural,
    `\`${name}\``,
    scope === 'server' ? 'yes, with a server admin' : 'yes',
    RESTORED[restored],
    identity,
    lost.length === 0 ? 'nothing' : lost.join('; '),
    minimumVersion,
    rights.map((right) => right.replace(/[a-z][\w.*-]*:[\w.*:-]*[\w*]/g, '`$&`')).join('; '),
  ].map((cell) => cell.replaceAll('|', '\\|'));
}
