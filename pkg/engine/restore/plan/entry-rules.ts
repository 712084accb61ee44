import type { ManifestEntry } from '../../../contract/manifest.ts';
import type { PlanAction } from '../../../contract/plan.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import type { Reason } from '../../../contract/reasons/reason.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import type { Forecast, Kind } from '../../../grafana/kinds/kind.ts';

/** What a plan decides about an entry by. Functions may read the repository or Grafana: once, and only when asked. */
export interface EntryFacts {
  kind: Pick<Kind, 'name' | 'owner' | 'createdOnRequest'>;
  entry: Pick<ManifestEntry, 'uid'>;
  live: Pick<Content, 'pristine'> | undefined;
  /** It is kept for reference only. */
  isArchived: boolean;
  /** A person named the kind, or a resource of it. */
  isNamed: boolean;
  /** No one named the resource: it belongs to one that someone named. */
  isAlong: boolean;
  isCopy: boolean;
  /** Why copies leave it out, if it exists. */
  leftOut: Reason | undefined;
  /** Secrets are given for it. */
  hasSecrets: boolean;
  includeManaged: boolean;
  /** Who manages its owner. */
  ownersManager: string | undefined;
  /** Why only some of its rules are written. */
  rules: Reason | undefined;
  /** By the marks alone, what is live is what the snapshot holds. */
  isMarkedSame: boolean;
  /** What is live is what would be written. */
  isSame(): Promise<boolean>;
  /** Who manages what is live, or else what would be written. */
  manager(): Promise<string | undefined>;
  /** Why a promotion leaves it to a person. */
  conflict(): Promise<Reason | undefined>;
  /** That nothing would change, because it lacks only users who have no account here. */
  lacksAccounts(): Promise<Reason | undefined>;
  /** What is live may be replaced, or would only be added to. */
  mayOverwrite(): Promise<boolean>;
  /** Whether only memberships of organizations that the restore creates are meant. */
  joins(): Promise<boolean>;
  /** What is live came with an owner that was made after the snapshot. */
  isRenewed(): Promise<boolean>;
  /** What is live is what a restore left half made. */
  isUnfinished(): Promise<boolean>;
  /** Why it stays as it is. */
  keptBecause(): Promise<Reason>;
  /** Someone has ended the sharing since. */
  isUnshared(): Promise<boolean>;
  forecast(): Promise<Forecast>;
}

type Given<T> = (facts: EntryFacts) => T | Promise<T>;
export type EntryRule = readonly [name: string, applies: Given<boolean>, action: PlanAction, why: Given<Reason>];

const kindAndUid = ({ kind, entry }: EntryFacts): { kind: string; uid: string } => ({
  kind: kind.name,
  uid: entry.uid,
});
const always = (why: Reason) => (): Reason => why;
const same = always(reason('same'));

/** In their order: the first that applies decides. What is cheap to know, and what forbids writing, comes first. */
export const ENTRY_RULES: readonly EntryRule[] = [
  [
    'created on request',
    ({ live, kind, isNamed }) => live === undefined && kind.createdOnRequest === true && !isNamed,
    'skip',
    ({ kind, entry }) => reason('created-on-request', { resource: `${kind.name}/${entry.uid}` }),
  ],
  ['same by its mark', (one) => one.isMarkedSame && !one.hasSecrets, 'unchanged', same],
  ['same content', async (one) => !one.hasSecrets && (await one.isSame()), 'unchanged', same],
  [
    'left out of copies',
    ({ live, leftOut }) => live !== undefined && leftOut !== undefined,
    'skip',
    ({ leftOut }) => leftOut ?? reason('kept'),
  ],
  [
    'archived',
    ({ isArchived }) => isArchived,
    'skip',
    async (one) => (await one.forecast()).skip ?? reason('archived'),
  ],
  [
    'managed',
    async (one) => !one.includeManaged && (await one.manager()) !== undefined,
    'skip',
    async (one) => reason('managed', { manager: (await one.manager()) ?? '' }),
  ],
  [
    'owner managed',
    (one) => !one.includeManaged && one.ownersManager !== undefined,
    'skip',
    (one) => reason('owner-managed', { owner: one.kind.owner ?? '', manager: one.ownersManager ?? '' }),
  ],
  [
    'changed by the target',
    async (one) => one.live?.pristine !== true && (await one.conflict()) !== undefined && !(await one.isUnfinished()),
    'skip',
    async (one) => (await one.conflict()) ?? reason('kept'),
  ],
  [
    'lacks accounts',
    async (one) => (await one.lacksAccounts()) !== undefined,
    'skip',
    async (one) => (await one.lacksAccounts()) ?? reason('kept'),
  ],
  [
    'kept',
    async (one) =>
      !isFree(one) &&
      !(await one.mayOverwrite()) &&
      !(await one.isSame()) &&
      !(await one.isRenewed()) &&
      !(await one.isUnfinished()),
    'skip',
    (one) => (one.isAlong ? reason('kept-along', kindAndUid(one)) : one.keptBecause()),
  ],
  [
    'no longer shared',
    async (one) => one.isAlong && one.live === undefined && (await one.isUnshared()),
    'skip',
    (one) => reason('unshared', kindAndUid(one)),
  ],
  [
    'blocked by its kind',
    async (one) => (await one.forecast()).blocked !== undefined,
    'blocked',
    async (one) => (await one.forecast()).blocked ?? reason('kept'),
  ],
  [
    'skipped by its kind',
    async (one) => (await one.forecast()).skip !== undefined,
    'skip',
    async (one) => (await one.forecast()).skip ?? reason('kept'),
  ],
  ['copied', (one) => one.live === undefined && one.isCopy, 'create', always(reason('copy'))],
  ['missing', (one) => one.live === undefined, 'create', (one) => one.rules ?? reason('missing')],
  ['same with secrets', (one) => one.isSame(), 'update', always(reason('secrets-supplied'))],
  ['pristine', ({ live }) => live?.pristine === true, 'update', always(reason('pristine'))],
  ['renewed', (one) => one.isRenewed(), 'update', (one) => reason('renewed', { owner: one.kind.owner ?? '' })],
  ['unfinished', (one) => one.isUnfinished(), 'update', always(reason('unfinished'))],
  ['joins', (one) => one.joins(), 'update', always(reason('joins-new-orgs'))],
  ['different', () => true, 'update', (one) => one.rules ?? reason('differs')],
];

/** Nothing is live that anyone made. */
function isFree({ live }: EntryFacts): boolean {
  return live === undefined || live.pristine === true;
}

/** What the first rule that applies decides. */
export async function decideEntry(facts: EntryFacts): Promise<{ action: PlanAction; why: Reason }> {
  for (const [, applies, action, why] of ENTRY_RULES) {
    if (await applies(facts)) {
      return { action, why: await why(facts) };
    }
  }
  throw new TypeError('the last rule always applies');
}
