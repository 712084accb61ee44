import * as z from 'zod';
import { KindParameter, Identifier, Time, Uid } from './common.ts';

/** POST /previews: the dashboard of the caller's organization as a snapshot holds it. */
export const PreviewRequest = z.strictObject({ snapshot: Identifier, uid: Uid });
export type PreviewRequest = z.infer<typeof PreviewRequest>;

/** A temporary copy of a dashboard. */
export const Preview = z.object({
  uid: z.string(),
  title: z.string(),
  /** Where it is in Grafana, below its root. */
  path: z.string(),
  /** When the service removes it, unless somebody does before. */
  expires: Time,
  /** When it was made; absent for one of an earlier release. */
  created: Time.optional(),
  /** Who asked for it, as Grafana said. Information only: it is not proof. */
  by: z.string().optional(),
});
export type Preview = z.infer<typeof Preview>;

/** POST /previews → 201 */
export const OpenedPreview = Preview.extend({
  /** Library panels and the like that it uses, and that are not here: their panels show an error. */
  missing: z.array(z.object({ kind: KindParameter, uid: z.string(), title: z.string() })),
  /** Data sources that it uses, and that nothing here replaces. */
  lostDataSources: z.array(z.object({ uid: z.string(), name: z.string(), type: z.string() })),
});
export type OpenedPreview = z.infer<typeof OpenedPreview>;

/** GET /previews: those of the caller's organization. */
export const Previews = z.object({ previews: z.array(Preview) });
export type Previews = z.infer<typeof Previews>;

/** DELETE /previews/:uid */
export const PreviewRemoved = z.object({ removed: z.string() });
export type PreviewRemoved = z.infer<typeof PreviewRemoved>;
