import type { Kind } from '../../pkg/grafana/kinds/kind.ts';
import { KINDS } from '../../pkg/grafana/kinds/registry.ts';

/** Below docs/. */
export const KINDS_PAGE = 'kinds.md';

const INTRODUCTION = `# What is backed up and restored

A snapshot contains the kinds of this table. It contains no stars, no query history, no sessions and no plugins. Some kinds cannot be written back. The plan of a restore lists these,
resource by resource. Kinds are restored in the order of this
table. If a Grafana does not serve a kind, the backup reports it. A missing permission makes the snapshot partial, and the snapshot names it.

Generated from the declarations of the kinds by \`npm run docs\`.
`;

const HEADER = [
  'Kind',
  'Name',
  'Backed up',
  'Restored',
  'Identity',
  'What is lost',
  'From Grafana',
  'Permissions to read it',
];

const RESTORED = {
  yes: 'yes',
  partly: 'partly',
  'on request': 'if selected by name',
  no: 'no, for reference only',
} as const;

/** @param kinds plurals, joined */
const unread = (kinds: string): string => `
## Read at least once a day

Grafana has no list that shows whether permissions or the settings of a public dashboard changed. A backup would
have to request each of them. So it reads these only in the cases below, and otherwise copies them from the
last snapshot: ${kinds}.

- They were last read at least 23 hours ago. A daily backup therefore reads them each day.
- The folder, dashboard or data source that owns them is new, changed or moved.
- A team, a service account or a user in the last snapshot is gone or has a different name.
- The list shows that a public dashboard was enabled or disabled, or has a different link.
- A restore is about to write there, and its undo needs this snapshot; or a restore has written there since.
- The backup reads everything: the first one, every twelfth (\`DASHKEEP_FULL_READ_EVERY\`), those that you start in the app, and those after an upgrade of Grafana or Dashkeep.

Grafana lists annotations. With more than 1,900 dashboards, its responses can lack annotations of dashboards that share a period with
annotations of the organization, and only a request for each dashboard shows these. A backup sends those requests in the first and the last two cases,
and in the fifth if the restore deletes something. In between, it copies what Grafana may not have shown. It always reads the annotations of the
organization, and looks more closely at the days since the last complete list.

Such a snapshot does not contain later changes of permissions alone, and can lack a new annotation of a dashboard. Each copied resource has
\`readAt\`, the time when it was last read, and \`dashkeep backup --json\` shows the oldest of each kind as \`oldestReadAt\`. To read
all of them now, run \`dashkeep backup --full-read-every 1\`. A comparison with Grafana reads all permissions, and
a plan those that it might write ([decision](decisions/21-permissions-daily.md)). In the app, annotations of both are as in a backup. The command line always reads the current state.
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
