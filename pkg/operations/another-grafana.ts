import type { Manifest } from '../contract/manifest.ts';
import { reason } from '../contract/reasons/catalogue.ts';
import { refusal } from '../contract/reasons/reason.ts';
import type { Instance } from '../grafana/instance.ts';
import { grafanaIdentity } from '../grafana/server-identity.ts';
import { withInstance } from './grafana.ts';
import type { Session } from './session.ts';

/**
 * Asserts that a snapshot goes to another Grafana than the one that it is of, by address and by signing keys.
 * @param source - with the Grafana that is backed up, where that can be reached
 * @throws DK_USAGE
 */
export async function assertAnotherGrafana(
  source: Session,
  { grafana }: Manifest,
  instance: Instance,
  signal: AbortSignal,
): Promise<void> {
  const { url } = instance;
  const isSame = url === grafana.url || (await sharesKeys(source, instance, signal));
  if (isSame) {
    throw refusal('DK_USAGE', reason('same-grafana', { url }), { advice: reason('restore-here') });
  }
}

async function sharesKeys(source: Session, { orgs }: Instance, signal: AbortSignal): Promise<boolean> {
  const here = await keysOf(orgs, signal);
  if (here.length === 0) {
    return false;
  }
  try {
    return await withInstance(source.grafana(), signal, async (instance) =>
      (await keysOf(instance.orgs, signal)).some((key) => here.includes(key)),
    );
  } catch {
    // A snapshot can be sent on when its Grafana is gone.
    signal.throwIfAborted();
    return false;
  }
}

async function keysOf([org]: Instance['orgs'], signal: AbortSignal): Promise<string[]> {
  return org === undefined ? [] : grafanaIdentity(org.client, signal);
}
