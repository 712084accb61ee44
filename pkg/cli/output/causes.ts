import type { Manifest, ResourceProblem } from '../../contract/manifest.ts';
import { reasonSentence } from '../../contract/reasons/reason.ts';
import { failedOrgs } from '../../repository/snapshots/covered/failed.ts';
import { namesOf as orgNames } from '../../repository/snapshots/covered/organizations.ts';
import { counted } from './output.ts';

/** Most resources that one line names. */
const MOST_NAMED = 5;

/**
 * One line for each cause: what could not be read because of it, and why.
 * @param orgs - those of the snapshot: where only some have the problem, it names them
 */
export function causesOf(problems: readonly ResourceProblem[], orgs: Manifest['orgs'] = []): string[] {
  const byReason = new Map<string, ResourceProblem[]>();
  for (const problem of problems) {
    const reason = withoutCount(problem);
    byReason.set(reason, [...(byReason.get(reason) ?? []), problem]);
  }
  return [...byReason].map(([reason, all]) => {
    const where = failedOrgs(all, orgs);
    return `${where.length === 0 ? '' : `org ${orgNames(where)}: `}${namesOf(all)}: ${reason}`;
  });
}

/** The reason alone: that of several resources also says how many they are. */
function withoutCount({ reason, code, params = {} }: ResourceProblem): string {
  return code === undefined ? reason : reasonSentence({ code, params });
}

/** Whole kinds by name, once for several organizations, then single resources. */
function namesOf(problems: readonly ResourceProblem[]): string {
  const kinds = new Map<string, number>();
  for (const { kind, count = 0 } of problems.filter(({ uid }) => uid === '')) {
    kinds.set(kind, (kinds.get(kind) ?? 0) + count);
  }
  const single = problems.filter(({ uid }) => uid !== '');
  const named = single.slice(0, MOST_NAMED).map(({ kind, uid, title = '' }) => `${kind} ${uid} ${title}`.trimEnd());
  const more = single.length > named.length ? [counted(single.length - named.length, 'more resource')] : [];
  return [...[...kinds].map(([kind, count]) => (count === 0 ? kind : `${kind} (${count})`)), ...named, ...more].join(
    ', ',
  );
}
