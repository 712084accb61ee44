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

/** The documentation's page about kinds, from what each kind declares. */
export function kindsPage(): string {
  const rows = [HEADER, HEADER.map(() => '---'), ...KINDS.map(rowOf)];
  const table = rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  return `${INTRODUCTION}\n${table}\n`;
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
