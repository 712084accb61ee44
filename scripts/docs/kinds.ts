import type { Kind } from '../../pkg/grafana/kinds/kind.ts';
import { KINDS } from '../../pkg/grafana/kinds/registry.ts';

/** Below docs/. */
export const KINDS_PAGE = 'kinds.md';

const INTRODUCTION = `# Kinds of resources

A snapshot contains the kinds in this table. It does not contain stars, query history, sessions or the plugins themselves. Some kinds cannot be restored; the restore plan lists each resource of such a kind. Kinds are restored in the order of this
table. If Grafana does not support a kind, the backup reports this and does not count the kind in the total that it prints. Without the credentials of a server admin, the snapshot lacks the kinds that need them, and the backup lists these kinds. If another permission is missing, the snapshot is partial and reports the permission.

Generated from the declarations of the kinds by \`npm run docs\`.
`;

const HEADER = [
  'Kind',
  'Name',
  'Backed up',
  'Restored',
  'Identity',
  'Losses',
  'From Grafana',
  'Permissions to read it',
];

const RESTORED = {
  yes: 'yes',
  partly: 'partly',
  'on request': 'with `--everything`, or if selected',
  no: 'no, for reference only',
} as const;

/** @param kinds plurals, joined */
const unread = (kinds: string): string => `
## Read at least once a day

Grafana has no list that shows whether permissions, or the settings of an externally shared dashboard, have changed, so a backup would
have to request each of them. The following kinds are therefore read only in the cases below, and otherwise copied from the
last snapshot: ${kinds}.

1. They were last read at least 23 hours ago. A daily backup therefore reads them each day.
2. The folder, dashboard or data source that owns them is new, changed or moved, or something in or below the folder changed.
3. A team, a service account or a user in the last snapshot no longer exists or has a different name.
4. The list shows that an externally shared dashboard was enabled or disabled, or has a different link.
5. A restore is about to write them and needs this snapshot for its undo, or a restore has written them since.
6. The backup is one of those that read all of these kinds: the first backup, every twelfth one (\`DASHKEEP_FULL_READ_EVERY\`), backups started in the app, and the first one after an upgrade of Grafana or Dashkeep.

Grafana does have a list of annotations. With more than 1,900 dashboards, however, this list can omit dashboard annotations that fall in the same period as
annotations of the organization, and only a request for each dashboard returns these dashboard annotations. A backup sends those requests in cases 1 and 6,
in case 5 if the restore deletes anything, and if the last snapshot lacks annotations. Otherwise, it copies the annotations that Grafana may have omitted. It always reads the annotations of the
organization, and searches the days since the last complete list more thoroughly.

A snapshot with copied resources can lack recent changes that affect only permissions, and new annotations of dashboards. Each copied resource has
\`readAt\`, the time when it was last read, and \`dashkeep backup --json\` shows the oldest such time of each kind as \`oldestReadAt\`. To read
all resources now, run \`dashkeep backup --full-read-every 1\`. A comparison with Grafana reads all permissions, and
a plan reads those that it might write. If a kind has more than 100 resources, a plan in the app also relies on the last backup ([decision](decisions/21-permissions-daily.md)). In the app, comparisons and plans treat annotations as a backup does; the command line always reads all annotations.
`;

/** The documentation's page about kinds, from what each kind declares. */
export function kindsPage(): string {
  const rows = [HEADER, HEADER.map(() => '---'), ...KINDS.map(rowOf)];
  const table = rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  const plurals = KINDS.filter(({ staleAfter }) => staleAfter !== undefined).map(titleOf);
  return `${INTRODUCTION}\n${table}\n${unread(plurals.join(', ').toLowerCase())}`;
}

/** Where and when a kind is restored: what belongs to the whole server never by an admin of one organization. */
function restoredOf({ declaration: { restored, scope }, createdOnRequest }: Kind): string {
  const when = createdOnRequest ? 'yes; missing ones only with `--everything`, or if selected' : RESTORED[restored];
  return scope === 'server' && restored !== 'no' ? `${when}; only from the command line` : when;
}

/** In the docs, a kind has Grafana's word; exports and mirrors keep the plural, which names a folder there. */
function titleOf({ name, declaration: { plural } }: Kind): string {
  return name === 'public-dashboard' ? 'Externally shared dashboards' : plural;
}

function rowOf(kind: Kind): string[] {
  const { name, declaration } = kind;
  const { scope, identity, lost, minimumVersion, rights } = declaration;
  return [
    titleOf(kind),
    `\`${name}\``,
    scope === 'server' ? 'yes, with a server admin' : 'yes',
    restoredOf(kind),
    identity,
    lost.length === 0 ? 'nothing' : lost.join('; '),
    minimumVersion,
    rights.map((right) => right.replace(/[a-z][\w.*-]*:[\w.*:-]*[\w*]/g, '`$&`')).join('; '),
  ].map((cell) => cell.replaceAll('|', '\\|'));
}
