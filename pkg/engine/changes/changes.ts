import type { ReadableChange } from '../../contract/api/diff.ts';
import type { KindName } from '../../contract/kinds.ts';
import { isJsonObject, stringAt, without, type Json, type JsonObject } from '../../lib/json/json.ts';
import { ruleGroupChanges } from './alert-rules.ts';
import { contactPointChanges } from './contact-points.ts';
import { dashboardChanges } from './dashboard/dashboard.ts';
import { dataSourceChanges } from './data-sources.ts';
import { fieldChanges } from './fields.ts';
import { leavesOf, namesOf, same } from './leaves.ts';
import { libraryPanelChanges } from './library-panels.ts';
import { permissionChanges, teamChanges } from './permissions.ts';
import { policyChanges } from './policies.ts';
import { change } from './change.ts';

/** Listed at most; a page with more is not read by anybody. */
const MOST_CHANGES = 500;

/** One version of a resource. */
export interface Version {
  /** As it is stored. */
  body: Json;
  /** Path of the folder that it is in; undefined where that is not known. */
  folder?: string | undefined;
}

/** What was done to a resource between two versions, in the words of the catalogue of changes. */
export interface ResourceChanges {
  changes: ReadableChange[];
  /** More differs than is listed. */
  truncated: boolean;
}

/** Kinds that have their own words; of all others what differs is named by its field. */
const BY_KIND: Partial<Record<KindName, (before: JsonObject, after: JsonObject) => ReadableChange[]>> = {
  'alert-rule-group': ruleGroupChanges,
  'contact-point': contactPointChanges,
  dashboard: dashboardChanges,
  'dashboard-permissions': permissionChanges,
  'data-source': dataSourceChanges,
  'data-source-permissions': permissionChanges,
  'folder-permissions': permissionChanges,
  'library-panel': libraryPanelChanges,
  'notification-policy': policyChanges,
  'public-dashboard': (before, after) => fieldChanges(withoutLink(before), withoutLink(after)),
  team: teamChanges,
};

/**
 * What was done to a resource. What differs and has no name is named by its field, so a difference always has
 * at least one change; what is equal has none. Pure.
 */
export function resourceChanges(kind: KindName, before: Version, after: Version): ResourceChanges {
  const [from, to] = [before.folder, after.folder];
  const isMoved = from !== undefined && to !== undefined && from !== to;
  const changes = [...(isMoved ? [moved(from, to)] : []), ...bodyChanges(kind, before.body, after.body, isMoved)];
  return { changes: changes.slice(0, MOST_CHANGES), truncated: changes.length > MOST_CHANGES };
}

/** The token is a link that opens the dashboard for anyone: changes are read by more people than may have it. */
function withoutLink(body: JsonObject): JsonObject {
  const token = stringAt(body, 'accessToken');
  return token === undefined ? body : { ...body, accessToken: `${token.slice(0, 4)}…` };
}

/** From one folder to another; '' is none. */
function moved(before: string, after: string): ReadableChange {
  if (before === '') {
    return change('folder-entered', { after });
  }
  return after === '' ? change('folder-left', { before }) : change('folder-moved', { before, after });
}

function bodyChanges(kind: KindName, before: Json, after: Json, isMoved: boolean): ReadableChange[] {
  if (same(before, after)) {
    return [];
  }
  if (!isJsonObject(before) || !isJsonObject(after)) {
    return fieldChanges(before, after);
  }
  // The uid of a parent says less than the path, which has been named.
  const [old, fresh] =
    isMoved && kind === 'folder' ? [without(before, 'parentUid'), without(after, 'parentUid')] : [before, after];
  const found = (BY_KIND[kind] ?? fieldChanges)(old, fresh);
  if (found.length > 0 || same(old, fresh)) {
    return found;
  }
  return kind === 'dashboard' || kind === 'library-panel'
    ? [change('normalised', {})]
    : [change('fields', { names: namesOf(leavesOf(before, after)) })];
}
