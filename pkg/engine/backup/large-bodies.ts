import type { ByteReservation } from '../../grafana/http/byte-budget.ts';
import type { Kind, KindContext } from '../../grafana/kinds/kind.ts';

/** Bytes of large bodies in memory at the same time; parsed, each takes several times that. */
export const LARGE_BYTES = 8 * 1024 * 1024;

/**
 * A context whose answers take room of the share. Only for kinds with large bodies: others share what they have
 * read, and nobody may wait for another's room who waits for that.
 */
export function holding(kind: Kind, context: KindContext, share: ByteReservation): KindContext {
  return kind.largeBodies === true ? { ...context, grafana: context.grafana.reserving(share) } : context;
}
