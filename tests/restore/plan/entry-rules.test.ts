import { describe, expect, it } from 'vitest';
import { reason } from '../../../pkg/contract/reasons/catalogue.ts';
import { requireConfirmation } from '../../../pkg/engine/restore/plan/confirmation.ts';
import type { Plan } from '../../../pkg/engine/restore/types.ts';
import { decideEntry, ENTRY_RULES, type EntryFacts } from '../../../pkg/engine/restore/plan/entry-rules.ts';

const no = async (): Promise<boolean> => false;
const yes = async (): Promise<boolean> => true;

/** A resource that is missing, of which nothing special is known. */
const MISSING: EntryFacts = {
  kind: { name: 'dashboard' },
  entry: { uid: 'a' },
  live: undefined,
  isNamed: false,
  isAlong: false,
  isCopy: false,
  leftOut: undefined,
  hasSecrets: false,
  includeManaged: false,
  ownersManager: undefined,
  rules: undefined,
  isArchived: false,
  isMarkedSame: false,
  isSame: no,
  manager: async () => undefined,
  conflict: async () => undefined,
  lacksAccounts: async () => undefined,
  mayOverwrite: no,
  joins: no,
  isRenewed: no,
  isUnfinished: no,
  isUnshared: no,
  keptBecause: async () => reason('kept'),
  forecast: async () => ({ losses: [] }),
};
/** One that is live and differs. */
const LIVE: EntryFacts = { ...MISSING, live: {} };

const archived = reason('archived');

/** For each rule: facts to which it applies, what it decides, and what to change so that it does not apply. */
const CASES: Record<string, { applies: EntryFacts; decides: string; not: Partial<EntryFacts> }> = {
  'created on request': {
    applies: { ...MISSING, kind: { name: 'org', createdOnRequest: true } },
    decides: 'skip created-on-request',
    not: { isNamed: true },
  },
  'same by its mark': {
    applies: { ...LIVE, isMarkedSame: true },
    decides: 'unchanged same',
    not: { hasSecrets: true },
  },
  'same content': { applies: { ...LIVE, isSame: yes }, decides: 'unchanged same', not: { hasSecrets: true } },
  'left out of copies': {
    applies: { ...LIVE, mayOverwrite: yes, leftOut: reason('not-copied') },
    decides: 'skip not-copied',
    not: { leftOut: undefined },
  },
  archived: {
    applies: { ...MISSING, isArchived: true, forecast: async () => ({ losses: [], skip: reason('kept') }) },
    decides: 'skip kept',
    not: { isArchived: false, forecast: MISSING.forecast },
  },
  managed: {
    applies: { ...LIVE, manager: async () => 'terraform' },
    decides: 'skip managed',
    not: { includeManaged: true },
  },
  'owner managed': {
    applies: { ...LIVE, ownersManager: 'terraform' },
    decides: 'skip owner-managed',
    not: { includeManaged: true },
  },
  'changed by the target': {
    applies: { ...LIVE, conflict: async () => reason('changed-there') },
    decides: 'skip changed-there',
    not: { live: { pristine: true }, mayOverwrite: yes },
  },
  'lacks accounts': {
    applies: { ...LIVE, lacksAccounts: async () => reason('accounts-missing', { logins: 'ben' }) },
    decides: 'skip accounts-missing',
    not: { lacksAccounts: MISSING.lacksAccounts },
  },
  kept: { applies: LIVE, decides: 'skip kept', not: { mayOverwrite: yes } },
  'no longer shared': {
    applies: { ...MISSING, isAlong: true, isUnshared: yes },
    decides: 'skip unshared',
    not: { isAlong: false },
  },
  'blocked by its kind': {
    applies: { ...MISSING, forecast: async () => ({ losses: [], blocked: archived, skip: reason('kept') }) },
    decides: 'blocked archived',
    not: { forecast: MISSING.forecast },
  },
  'skipped by its kind': {
    applies: { ...MISSING, forecast: async () => ({ losses: [], skip: archived }) },
    decides: 'skip archived',
    not: { forecast: MISSING.forecast },
  },
  copied: { applies: { ...MISSING, isCopy: true }, decides: 'create copy', not: { isCopy: false } },
  missing: { applies: MISSING, decides: 'create missing', not: { live: {} } },
  'same with secrets': {
    applies: { ...LIVE, isSame: yes, hasSecrets: true },
    decides: 'update secrets-supplied',
    not: { isSame: no },
  },
  pristine: { applies: { ...LIVE, live: { pristine: true } }, decides: 'update pristine', not: { live: {} } },
  renewed: { applies: { ...LIVE, isRenewed: yes }, decides: 'update renewed', not: { isRenewed: no } },
  unfinished: { applies: { ...LIVE, isUnfinished: yes }, decides: 'update unfinished', not: { isUnfinished: no } },
  joins: {
    applies: { ...LIVE, mayOverwrite: yes, joins: yes },
    decides: 'update joins-new-orgs',
    not: { joins: no },
  },
  different: { applies: { ...LIVE, mayOverwrite: yes }, decides: 'update differs', not: { mayOverwrite: no } },
};

describe.each(ENTRY_RULES)('the rule "%s"', (name, applies) => {
  const { applies: facts, decides, not } = CASES[name]!;

  it('decides what it is for, and nothing before it does', async () => {
    expect(await applies(facts)).toBe(true);
    const { action, why } = await decideEntry(facts);
    expect(`${action} ${why.code}`).toBe(decides);
  });

  it('leaves the rest to others', async () => {
    const { action, why } = await decideEntry({ ...facts, ...not });
    expect(`${action} ${why.code}`).not.toBe(decides);
  });
});

it('each rule has one name', () => {
  expect(ENTRY_RULES.map(([name]) => name)).toEqual(Object.keys(CASES));
});

it('asks Grafana and the repository nothing where the marks say enough', async () => {
  const never = async (): Promise<never> => {
    throw new Error('asked');
  };
  const asks = { isSame: never, manager: never, mayOverwrite: never, isRenewed: never, isUnshared: never };
  const facts = { ...LIVE, isMarkedSame: true, ...asks, forecast: never };
  expect(await decideEntry(facts)).toMatchObject({ action: 'unchanged' });
});

it('never writes what someone manages, whatever else is allowed', async () => {
  const may = { mayOverwrite: yes, hasSecrets: true, isRenewed: yes, isUnfinished: yes };
  for (const live of [{}, { pristine: true as const }, undefined]) {
    expect(await decideEntry({ ...LIVE, ...may, manager: async () => 'terraform', live })).toMatchObject({
      action: 'skip',
    });
  }
});

it('what is asked before one resource is deleted counts it as one', () => {
  const plan = { confirm: 'Main Org.', items: [{ action: 'delete', security: [] }] } as unknown as Plan;
  expect(() => requireConfirmation(plan, '')).toThrow('this deletes 1 resource that is not in the snapshot');
});

it('names only the changes to confirm, not those that open nothing as long as there are no others', () => {
  const change = (uid: string, kind: string, code: string): object => ({
    ...{ uid, kind, action: 'create', security: [{ code, params: {} }] },
  });
  const items = [change('ada', 'user', 'account'), change('d', 'public-dashboard', 'public')];
  const plan = { confirm: '1 security change', items, everything: { isAlone: true } } as unknown as Plan;
  expect(() => requireConfirmation(plan, '')).toThrow(/^this changes access or data destinations: public-dashboard d$/);
});
