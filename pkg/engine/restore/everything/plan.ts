import { compact } from '../../../contract/compact.ts';
import { arrayAt, stringAt } from '../../../lib/json/json.ts';
import { byWriteOrder, SERVER_KINDS, type KindName } from '../../../contract/kinds.ts';
import type { ManifestEntry } from '../../../contract/manifest.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import { because, lossesOf } from '../../../contract/reasons/reason.ts';
import { hasMembers } from '../../../grafana/account-directory.ts';
import { notServerAdmin } from '../../../grafana/instance.ts';
import { kindOf } from '../../../grafana/kinds/registry.ts';
import { forEachConcurrently } from '../../../lib/concurrency/each-at-once.ts';
import { suppliedTo } from '../apply/secrets.ts';
import { confirmationFor } from '../plan/confirmation.ts';
import { outlineOf, sourceOf, storedContent } from '../content.ts';
import { writeContext } from '../context.ts';
import { planRestore, requireObjects } from '../plan/plan.ts';
import { neverWritten } from '../plan/kind.ts';
import { itemOf, managerOf } from '../plan/planning.ts';
import { listOf } from '../plan/removals.ts';
import { openingSomething } from '../plan/security.ts';
import type { Plan, PlannedItem, PlanRequest, Caller, OrgTarget } from '../types.ts';
import { homeOf, readCaller } from './caller.ts';
import { findInterrupted, joinedBy, passOverBegun } from './interrupted.ts';
import { accountsRequest, contentRequest } from './requests.ts';
import { isUnnamed, matchOrgs } from './match-orgs.ts';

const READS_AT_ONCE = 16;

/** Kinds that Grafana shows to people without an account. */
const PUBLISHED: ReadonlySet<KindName> = new Set(['public-dashboard', 'dashboard-snapshot']);

/**
 * What bringing back all of a snapshot would do: organizations, users with their memberships, and all that each
 * organization holds. Found out by reads only; nothing is asked about an organization that is not there yet.
 * @throws DK_SETTINGS when the credentials are not a server admin's; what planRestore throws.
 */
export async function planEverything(request: PlanRequest): Promise<Plan> {
  if (!request.instance.serverAdmin) {
    throw notServerAdmin(homeOf(request.instance.orgs).client.identity);
  }
  const now = await readCaller(request);
  const matched = matchOrgs(request.manifest, request.instance.orgs, now);
  const known = await findInterrupted(request, matched, now);
  const { caller, targets } = known;
  const missing = targets.filter(({ org }) => org === undefined);
  const options = { ...request.options, newOrgs: joinedBy(known, missing, targets) };
  const accounts = await planRestore(accountsRequest({ ...request, options }, ['org', 'user']));
  const open = targets.filter(({ isOpen }) => isOpen);
  const content = await planRestore({
    ...contentRequest(request, open),
    expectedUsers: await expectedUsers(request, open, accounts.items),
  });
  const forecasts = targets.filter(({ isOpen }) => !isOpen).flatMap((target) => forecast(request, target));
  const created = forecasts.filter(({ action }) => action === 'create');
  await requireObjects(request, created);
  await foresee(request, created);
  const items = [...orgItems(targets, accounts.items), ...content.items, ...forecasts].sort(byWriteOrder);
  await passOverBegun(request, known, items);
  const ids = new Map(targets.map(({ from, org }) => [from, org?.id]));
  const supplied = suppliedTo(options.secrets, items, ({ org, kind }) => (SERVER_KINDS.has(kind) ? org : ids.get(org)));
  const isAlone = await hasNoOthers(request, caller);
  const confirm = confirmationFor(request, isAlone ? items.map(openingSomething) : items);
  const { confirm: _, ...planned } = accounts;
  return {
    ...planned,
    items,
    missing: content.missing,
    dataSources: content.dataSources,
    supplied,
    everything: { ...known, content, isAlone },
    ...compact({ confirm }),
  };
}

/** People without an account count, and service accounts: who holds a token of one sees what it may see. */
async function hasNoOthers(request: PlanRequest, { login }: Caller): Promise<boolean> {
  const { orgs } = request.instance;
  const users = await listOf(kindOf('user'), writeContext(request, homeOf(orgs)));
  for (const org of users.every(({ uid }) => uid === login) ? orgs : []) {
    if (await hasMembers(writeContext(request, org))) {
      return false;
    }
  }
  return users.every(({ uid }) => uid === login);
}

/** Accounts in the order in which they are made, with organizations that only get another name, or have no entry. */
function orgItems(targets: readonly OrgTarget[], planned: readonly PlannedItem[]): PlannedItem[] {
  const orgs = targets.flatMap((target): PlannedItem[] => {
    const item = planned.find(({ kind, uid }) => kind === 'org' && uid === target.name);
    if (target.renamedFrom !== undefined && item !== undefined) {
      const why = reason('org-renamed', { name: target.renamedFrom });
      return [{ ...item, action: 'update', ...because(why) }];
    }
    if (target.otherId !== undefined) {
      return [{ ...(item ?? createdOrg(target)), ...matchedByName(target, target.otherId) }];
    }
    if (target.namedNow !== undefined) {
      const params = { id: String(target.from), name: target.namedNow };
      return [{ ...(item ?? createdOrg(target)), security: [{ code: 'org-maybe-renamed', params }] }];
    }
    return item === undefined ? (target.org === undefined ? [createdOrg(target)] : []) : [item];
  });
  return [...orgs, ...planned.filter(({ kind }) => kind !== 'org')].map(withoutTargetOrg);
}

function createdOrg({ from, name }: OrgTarget): PlannedItem {
  const said: Omit<PlannedItem, 'action' | 'reason' | 'code' | 'params'> = {
    org: from,
    kind: 'org',
    uid: name,
    title: name,
    folder: '',
    losses: [],
    security: [],
  };
  return isUnnamed({ name })
    ? { ...said, action: 'blocked', ...because(reason('org-unnamed', { id: String(from) })) }
    : { ...said, action: 'create', ...because(reason('missing')) };
}

function matchedByName({ from, name }: OrgTarget, id: number): Pick<PlannedItem, 'action' | 'security'> {
  const params = { name, before: String(from), after: String(id) };
  return { action: 'update', ...because(reason('org-matched', params)), security: [{ code: 'org-taken', params }] };
}

/** Accounts belong to the whole server. */
function withoutTargetOrg({ targetOrg: _, ...item }: PlannedItem): PlannedItem {
  return item;
}

/** Users that will be members of organizations once the accounts are restored, by id of the organization. */
async function expectedUsers(
  request: PlanRequest,
  targets: readonly OrgTarget[],
  accounts: readonly PlannedItem[],
): Promise<ReadonlyMap<number, ReadonlySet<string>>> {
  const expected = new Map(targets.flatMap(({ org }) => (org === undefined ? [] : [[org.id, new Set<string>()]])));
  for (const { kind, action, entry, uid } of accounts) {
    if (kind !== 'user' || entry === undefined || action === 'blocked' || action === 'skip') {
      continue;
    }
    const { body } = await storedContent(sourceOf(request), entry, request.signal);
    for (const membership of arrayAt(body, 'orgs') ?? []) {
      const target = targets.find(({ name }) => name === stringAt(membership, 'org'));
      expected.get(target?.org?.id ?? 0)?.add(uid);
    }
  }
  return expected;
}

/** What will be done in an organization that nobody can look into yet. */
function forecast(request: PlanRequest, target: OrgTarget): PlannedItem[] {
  const entries = request.manifest.resources.filter(
    ({ org, kind }) => org === target.from && kind !== 'org' && kind !== 'user',
  );
  const managers = new Map(entries.map((entry) => [`${entry.kind}/${entry.uid}`, managerOf(entry)]));
  return entries.map((entry) => {
    const item = forecastOne(request, target, entry, managers);
    return target.org === undefined ? { ...item, newOrg: target.name } : { ...item, targetOrg: target.org.id };
  });
}

function forecastOne(
  { options }: PlanRequest,
  target: OrgTarget,
  entry: ManifestEntry,
  managers: ReadonlyMap<string, string | undefined>,
): PlannedItem {
  const kind = kindOf(entry.kind);
  const never = neverWritten(kind);
  if (never !== undefined) {
    return itemOf(entry, 'skip', never);
  }
  const manager = managerOf(entry) ?? managers.get(`${kind.owner}/${entry.uid}`);
  if (manager !== undefined && !options.includeManaged) {
    return itemOf(entry, 'skip', reason('managed', { manager }));
  }
  if (target.org === undefined && isUnnamed(target)) {
    return itemOf(entry, 'blocked', reason('org-unnamed', { id: String(target.from) }));
  }
  // What an unfinished restore created there is found out once the account is in it again.
  return target.org === undefined || target.isNew === true
    ? itemOf(entry, 'create', reason('missing'))
    : itemOf(entry, 'blocked', reason('org-closed', { name: target.name }));
}

/**
 * Adds to items of organizations that will be created, or that an unfinished restore created and left, what the content
 * alone says: what becomes public, as all else there is for its members only, and which secrets must be entered again.
 * No entry with supplied secrets can mean the ID that an organization gets.
 */
async function foresee(request: PlanRequest, items: readonly PlannedItem[]): Promise<void> {
  const { secrets } = request.options;
  const context = {
    secrets: (kind: KindName, uid: string) => secrets?.(kind, uid),
    keepSecrets: false,
    creates: () => true,
  };
  const telling = items.filter(({ kind }) => PUBLISHED.has(kind) || kindOf(kind).missingSecrets !== undefined);
  await forEachConcurrently(READS_AT_ONCE, telling, async (item) => {
    const { entry, kind, uid } = item;
    if (entry !== undefined) {
      const { largeBodies, securityChanges, missingSecrets } = kindOf(kind);
      const isOutlined = largeBodies === true && missingSecrets === undefined;
      const content = isOutlined ? outlineOf(entry) : await storedContent(sourceOf(request), entry, request.signal);
      const security = PUBLISHED.has(kind) ? (securityChanges?.({ uid, content }, context) ?? []) : [];
      Object.assign(item, { security, ...lossesOf(missingSecrets?.(context, { uid, content }) ?? []) });
    }
  });
}
