import { KIND_NAMES, type KindName } from '../../../contract/kinds.ts';
import type { Org } from '../../../grafana/instance.ts';
import { homeOf } from './caller.ts';
import { orgMap } from './match-orgs.ts';
import type { OrgTarget, PlanRequest, RestoreOptions } from '../types.ts';

const CONTENT = KIND_NAMES.filter((kind) => kind !== 'org' && kind !== 'user');
const ALERTING_FROM = CONTENT.indexOf('notification-template');

/** What an organization holds, in two parts: a new one has no alerting for up to a minute, so that part comes later. */
export const PARTS: readonly (readonly KindName[])[] = [CONTENT.slice(0, ALERTING_FROM), CONTENT.slice(ALERTING_FROM)];

/** The part of a restore of everything that is about organizations or users. */
export function accountsRequest(
  request: PlanRequest,
  kinds: readonly KindName[],
  more: Partial<PlanRequest> = {},
): PlanRequest {
  const home = homeOf(request.instance.orgs).id;
  const orgs = new Map(request.manifest.resources.map(({ org }) => [org, home]));
  return { ...request, selection: { kinds }, options: { ...request.options, orgs }, ...more };
}

/** The part that is about what some of the organizations hold. */
export function contentRequest(
  request: PlanRequest,
  targets: readonly OrgTarget[],
  { kinds = CONTENT, ...options }: { kinds?: readonly KindName[] } & Partial<RestoreOptions> = {},
): PlanRequest {
  const orgs = targets.flatMap(({ org }): Org[] => (org === undefined ? [] : [org]));
  return {
    ...request,
    instance: { ...request.instance, orgs },
    selection: { orgs: targets.map(({ from }) => from), kinds },
    options: { ...request.options, ...options, orgs: orgMap(targets) },
  };
}
