import type { ResourceRef } from '../contract/kinds.ts';
import type { Clock, Log } from '../contract/ports.ts';
import { kindContext, type Instance } from '../grafana/instance.ts';
import { kindOf } from '../grafana/kinds/registry.ts';
import { canonicalOf } from '../grafana/kinds/text-content.ts';
import { rewrap, type RewrapResult } from '../repository/encryption/rotate.ts';
import { repair, type RepairResult } from '../repository/verify/repair.ts';
import { withInstance } from './grafana.ts';
import type { Run, RunOutcome } from './run.ts';
import type { Session } from './session.ts';

/** Restores damaged and missing objects from Grafana, where it still has the same content. */
export async function runRepair(
  { repository, grafana, clock, log }: Session,
  { readData }: { readData: boolean },
  { signal }: Run,
): Promise<RunOutcome<RepairResult>> {
  const value = await withInstance(grafana(), signal, (instance) => {
    const live = liveReader(instance, { clock, log, signal, decryptSecrets: repository.encrypted });
    return repair(repository, { live, readData, signal });
  });
  const counts = { repaired: value.repaired.length, remaining: value.remaining.length };
  return { value, status: counts.remaining === 0 ? 'complete' : 'partial', counts, errors: [] };
}

/** Encrypts everything for the current recipients. @throws DK_ENCRYPTION, DK_IDENTITY_MISSING */
export async function runRewrap(
  { repository, randomness }: Pick<Session, 'repository' | 'randomness'>,
  { signal }: Run,
): Promise<RunOutcome<RewrapResult>> {
  const value = await rewrap(repository, { randomness, signal });
  const counts = { rewrapped: value.rewrapped, failed: value.failed.length };
  return { value, status: counts.failed === 0 ? 'complete' : 'partial', counts, errors: [] };
}

/** Reads resources as they are now, for a repair; undefined when one is gone or its org is not part of the run. */
function liveReader(
  instance: Instance,
  run: { clock: Clock; log: Log; signal: AbortSignal; decryptSecrets: boolean },
): (resource: ResourceRef & { title: string }) => Promise<string | undefined> {
  return async ({ org: orgId, kind, uid, title }) => {
    const org = instance.orgs.find((candidate) => candidate.id === orgId);
    const content = org && (await kindOf(kind).read(kindContext(instance, org, run), { uid, title }));
    return content && canonicalOf(content).toString('utf8');
  };
}
