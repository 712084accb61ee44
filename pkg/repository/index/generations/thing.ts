import * as z from 'zod';
import { KIND_NAMES, SERVER_KINDS, type ResourceRef } from '../../../contract/kinds.ts';

/** A resource; of a kind of the whole server, org is 0: the manifest names whichever organization came first. */
export const Thing = z.tuple([z.int().nonnegative(), z.enum(KIND_NAMES), z.string()]);
export type Thing = z.infer<typeof Thing>;

/** The organization under which the index keeps a resource. */
export function orgOf({ org, kind }: Pick<ResourceRef, 'org' | 'kind'>): number {
  return SERVER_KINDS.has(kind) ? 0 : org;
}

/** A resource as the index names it. */
export function thingOf(ref: ResourceRef): Thing {
  return [orgOf(ref), ref.kind, ref.uid];
}

/** The same as one string, for maps. */
export function keyOf([org, kind, uid]: Thing): string {
  return `${org}/${kind}/${uid}`;
}
