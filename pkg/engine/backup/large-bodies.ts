import type { ByteReservation } from '../../grafana/http/byte-budget.ts';
import type { Kind, KindContext } from '../../grafana/kinds/kind.ts';

/**
 * A context whose answers take room of the share. Only for kinds with large bodies: others share what they have
 * read, and nobody may wait for another's room who waits for that.
 */
export function withReservation(kind: Kind, context: KindContext, share: ByteReservation): KindContext {
  return kind.largeBodies === true ? { ...context, grafana: context.grafana.reserving(share) } : context;
}
