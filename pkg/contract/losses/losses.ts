import * as z from 'zod';
import { KIND_NAMES } from '../kinds.ts';

/** How much of an organization, or of one kind in it, is missing that an earlier snapshot has, read or not. */
export const Loss = z.object({
  /** As the earlier snapshot numbers it; absent for everything. */
  org: z.int().positive().optional(),
  /** Absent for all kinds. */
  kind: z.enum(KIND_NAMES).optional(),
  before: z.int().positive(),
  gone: z.int().positive(),
});
export type Loss = z.infer<typeof Loss>;

/** How many resources of a kind have other content than in an earlier snapshot. */
export const Overwritten = z.object({
  /** Absent for what belongs to the whole server. */
  org: z.int().positive().optional(),
  kind: z.enum(KIND_NAMES),
  before: z.int().positive(),
  changed: z.int().positive(),
});
export type Overwritten = z.infer<typeof Overwritten>;

/** A snapshot differs so much from an earlier one that someone has to say whether that was done on purpose. */
export const Shrunk = z.object({
  /** The earlier snapshot. */
  since: z.string(),
  /** Of everything first; none where they are of kinds that only a newer version knows. */
  losses: z.array(Loss),
  /** Absent where few resources were overwritten. */
  overwritten: z.array(Overwritten).optional(),
});
export type Shrunk = z.infer<typeof Shrunk>;

/** What an upgrade of Grafana lost in one organization. */
export const UpgradeLoss = z.object({
  /** 0 is what belongs to the whole server. */
  id: z.int().nonnegative(),
  gone: z.int().nonnegative(),
  /** How many went back to an earlier version. */
  older: z.int().nonnegative(),
  /** How many others have content that no migration of Grafana explains. */
  changed: z.int().nonnegative(),
});
export type UpgradeLoss = z.infer<typeof UpgradeLoss>;

/** Grafana had another version at an earlier backup. */
export const Upgrade = z.object({
  /** The last snapshot before the upgrade. */
  since: z.string(),
  from: z.string(),
  to: z.string(),
  /** The first complete snapshot after it, which was compared with the one before; absent until there is one. */
  first: z.string().optional(),
  /** What the comparison found; organizations that lost nothing are left out. */
  orgs: z.array(UpgradeLoss).optional(),
});
export type Upgrade = z.infer<typeof Upgrade>;
