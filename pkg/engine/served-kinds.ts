import { reason, type KnownReason } from '../contract/reasons/catalogue.ts';
import { refusal } from '../contract/reasons/reason.ts';
import { atLeast, type Capabilities } from '../grafana/capabilities.ts';
import type { Kind, KindContext, Serving } from '../grafana/kinds/kind.ts';

/** The edition that no license extends, as Grafana names it. */
const OPEN_SOURCE = 'Open Source';

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

/** Why a kind is not read that no one asked for; it counts as existing unless Grafana says that it does not. */
export function notAskedFor(kind: Kind, capabilities: Capabilities): KnownReason {
  return { ...reason('not-asked-for'), params: isAbsent(kind, capabilities) ? { absent: 'yes' } : {} };
}

/** Whether Grafana does not have a kind, without asking for the kind itself. */
function isAbsent({ needs }: Kind, capabilities: Capabilities): boolean {
  const { feature, license, version } = needs ?? {};
  return (
    (feature !== undefined && capabilities.turnedOff.includes(feature)) ||
    (license === true && capabilities.edition === OPEN_SOURCE) ||
    (version !== undefined && capabilities.major !== undefined && !atLeast(capabilities, ...version))
  );
}
