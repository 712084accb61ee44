import * as z from 'zod';
import { ReasonData } from '../reasons/reason.ts';

/** One installation by its repository alone. */
export const Installation = z.object({
  target: z.string(),
  /** unknown: the repository could not be read. */
  state: z.enum(['ok', 'attention', 'unknown']),
  /** Seconds since the newest full snapshot began. */
  age: z.number().optional(),
  /** Of the newest snapshot, in bytes. */
  size: z.number().optional(),
  resources: z.number().optional(),
  /** Version of Grafana at the newest snapshot. */
  grafana: z.string().optional(),
  /** What is wrong, in English and as data. */
  alarms: z.array(ReasonData.extend({ reason: z.string() })),
});
export type Installation = z.infer<typeof Installation>;

/** GET /fleet: the installations that the deployment names. */
export const Fleet = z.object({
  installations: z.array(Installation),
});
export type Fleet = z.infer<typeof Fleet>;
