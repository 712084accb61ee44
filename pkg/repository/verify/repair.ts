import type { ResourceRef } from '../../contract/kinds.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import type { StateStore } from '../../lib/state.ts';
import {
  formatFinding,
  isDamage,
  isEmpty,
  readConfig,
  writeConfig,
  type ConfigPorts,
  type RepositoryConfig,
} from '../config.ts';
import { parseSnapshotSignature, signatureKey, SIGNATURES, SNAPSHOTS } from '../layout.ts';
import { putBackHeld } from '../holds/copies.ts';
import type { Repository } from '../repository.ts';
import { readSignature } from '../signing/claims.ts';
import { readStatements } from '../signing/statement.ts';
import { TrustState } from '../signing/trust-state.ts';
import { isOfKnownKind, isOwnObject, type VerifyProblem } from './problems.ts';
import { verify, type VerifyOptions } from './verify.ts';

export interface RepairOptions extends Omit<VerifyOptions, 'snapshot'> {
  /**
   * The canonical JSON of a resource as it is now; undefined when it is gone. What still has the content that a
   * snapshot needs is put back.
   */
  live: (resource: ResourceRef & { title: string }) => Promise<string | undefined>;
}

export interface RepairResult {
  /** Objects that are whole again, with what they are. */
  repaired: VerifyProblem[];
  /** What no live resource could mend: those snapshots stay damaged in those resources. */
  remaining: VerifyProblem[];
}

/**
 * Verifies, and puts back from the live Grafana what still has the same content, and from the copy that a hold keeps, a
 * damaged manifest. Never removes anything.
 */
export async function repair(repository: Repository, options: RepairOptions): Promise<RepairResult> {
  const { problems } = await verify(repository, options);
  const result: RepairResult = { repaired: [], remaining: [] };
  const damaged = new Set(problems.filter(isDamagedManifest).flatMap(({ snapshots }) => snapshots));
  const { signal } = options;
  const held = damaged.size === 0 ? damaged : await putBackHeld(repository, { damaged, signal });
  for (const problem of problems) {
    signal?.throwIfAborted();
    const mended = isDamagedManifest(problem)
      ? problem.snapshots.every((id) => held.has(id))
      : isOwnObject(problem) && (await mend(repository, problem, options));
    (mended ? result.repaired : result.remaining).push(problem);
  }
  return result;
}

function isDamagedManifest({ object, code }: VerifyProblem): boolean {
  return object === '' && code === 'DK_MANIFEST_DAMAGED';
}

async function mend(repository: Repository, problem: VerifyProblem, options: RepairOptions): Promise<boolean> {
  const { object, encrypted } = problem;
  for (const resource of problem.resources.filter(isOfKnownKind)) {
    const text = await options.live(resource);
    if (text !== undefined && repository.keyring.check(object, text, encrypted) === 'match') {
      await repository.objects.replace(object, text, encrypted, options);
      return true;
    }
  }
  return false;
}

/** Whose signatures say which repository it is. */
interface RepairPorts extends ConfigPorts {
  state?: StateStore;
  trustedKeys?: readonly string[];
}

/**
 * Writes `dashkeep.json` again where it is damaged or gone in a repository that holds something.
 * @returns undefined when there was nothing to do.
 * @throws DK_REPOSITORY_FORMAT when it is whole, but of another format, or when others signed snapshots and no trusted
 * key did; DK_REPOSITORY_REPLACED for another format where a repository is remembered; DK_REPOSITORY_MISSING when
 * nothing is there.
 */
export async function repairConfig(ports: RepairPorts): Promise<RepositoryConfig | undefined> {
  try {
    if ((await readConfig(ports.store, ports.signal)) !== undefined) {
      return undefined;
    }
  } catch (error) {
    if (!isDamage(error)) {
      throw formatFinding(error, ports.remembered, ports.store) ?? error;
    }
  }
  if (await isEmpty(ports.store, ports.signal)) {
    throw new DashkeepError('DK_REPOSITORY_MISSING', `there is no repository in ${ports.store.description}`);
  }
  return writeConfig(ports, ports.remembered ?? (await signedId(ports)) ?? ports.randomness.hex(16));
}

/**
 * The id that the newest signature of a trusted key names; with another one, every snapshot would be foreign. Anyone
 * can have written the others.
 * @returns undefined where nothing is signed
 */
async function signedId({ store, signal, state, trustedKeys = [] }: RepairPorts): Promise<string | undefined> {
  const signatures: string[] = [];
  for await (const { key } of store.list(`${SIGNATURES}${SNAPSHOTS}`, { signal })) {
    if (parseSnapshotSignature(key) !== undefined) {
      signatures.push(key);
    }
  }
  for (const key of signatures.reverse()) {
    for (const { repository, file, signer } of readStatements(await readSignature(store, key, { signal }))) {
      const trust = state && new TrustState(state, repository);
      const trusted = [(await trust?.own())?.key, ...((await trust?.trusted())?.keys ?? [])];
      const isTrusted = trustedKeys.includes(signer) || trusted.some((one) => one?.fingerprint === signer);
      if (isTrusted && signatureKey(file) === key) {
        return repository;
      }
    }
  }
  if (signatures.length > 0) {
    throw new DashkeepError(
      'DK_REPOSITORY_FORMAT',
      `no trusted key signed the configuration of the repository in ${store.description}`,
      {
        advice: reason('give-trusted-key'),
      },
    );
  }
  return undefined;
}
