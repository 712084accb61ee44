import { refusal } from '../contract/reasons/reason.ts';
import type { Kind, KindContext, Serving } from '../grafana/kinds/kind.ts';

/**
 * Whether Grafana has the kind, for those who read all of it.
 * @throws DK_GRAFANA_FAILED when it has, but did not get it ready in time: nothing read is not the same as nothing
 * there.
 */
export async function servingOf(kind: Kind, context: KindContext): Promise<Serving> {
  const serving = await kind.serves(context);
  if (!serving.served && serving.failed === true) {
    throw refusal('DK_GRAFANA_FAILED', serving.reason);
  }
  return serving;
}
