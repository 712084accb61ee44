import { DashkeepError } from '../../contract/errors.ts';
import type { ObjectStore } from '../../storage/store.ts';
import { MAX_RECORD_BYTES } from '../objects/codec.ts';
import { isDamage, readConfig, writeConfig, type ConfigPorts, type RepositoryConfig } from '../config.ts';
import { KEYS, parseSnapshotSignature, SIGNATURES, SNAPSHOTS } from '../layout.ts';
import type { OpenedRepository } from '../repository.ts';
import { readStatements } from '../signing/statement.ts';
import type { HurtResource, VerifyProblem } from './problems.ts';
import { verify, type VerifyOptions } from './verify.ts';

export interface RepairOptions extends Omit<VerifyOptions, 'snapshot'> {
  /**
   * The canonical JSON of a resource as it is now; undefined when it is gone. What still has the content that a
   * snapshot needs is put back.
   */
  live(resource: HurtResource): Promise<string | undefined>;
}

export interface RepairResult {
  /** Objects that are whole again, with what they are. */
  repaired: VerifyProblem[];
  /** What no live resource could mend: those snapshots stay damaged in those resources. */
  remaining: VerifyProblem[];
}

/** Verifies, and puts back from the live Grafana what still has the same content. Never removes anything. */
export async function repair(repository: OpenedRepository, options: RepairOptions): Promise<RepairResult> {
  const { problems } = await verify(repository, options);
  const result: RepairResult = { repaired: [], remaining: [] };
  for (const problem of problems) {
    options.signal?.throwIfAborted();
    const mended = problem.object !== '' && (await mend(repository, problem, options));
    (mended ? result.repaired : result.remaining).push(problem);
  }
  return result;
}

async function mend(repository: OpenedRepository, problem: VerifyProblem, options: RepairOptions): Promise<boolean> {
  const { object, encrypted } = problem;
  for (const resource of problem.resources) {
    const text = await options.live(resource);
    if (text !== undefined && repository.keyring.check(object, text, encrypted) === 'match') {
      await repository.objects.replace(object, text, encrypted, options);
      return true;
    }
  }
  return false;
}

/**
 * Writes `dashkeep.json` again where it is damaged or gone in a repository that holds something.
 * @returns undefined when there was nothing to do.
 * @throws DK_REPOSITORY_FORMAT when it is whole, but of another format; DK_REPOSITORY_MISSING when nothing is there.
 */
export async function repairConfig(ports: ConfigPorts): Promise<RepositoryConfig | undefined> {
  try {
    if ((await readConfig(ports.store, ports.signal)) !== undefined) {
      return undefined;
    }
  } catch (error) {
    if (!isDamage(error)) {
      throw error;
    }
  }
  if (!(await holdsSomething(ports.store, ports.signal))) {
    throw new DashkeepError('DK_REPOSITORY_MISSING', `there is no repository in ${ports.store.description}`);
  }
  return writeConfig(ports, ports.remembered ?? (await signedId(ports)) ?? ports.randomness.hex(16));
}

/** The id that the newest signature of a snapshot names; with another one, every snapshot would be foreign. */
async function signedId({ store, signal }: ConfigPorts): Promise<string | undefined> {
  let newest: string | undefined;
  for await (const { key } of store.list(`${SIGNATURES}${SNAPSHOTS}`, { signal })) {
    newest = parseSnapshotSignature(key) === undefined ? newest : key;
  }
  if (newest === undefined) {
    return undefined;
  }
  const text = (await store.get(newest, { signal, maxBytes: MAX_RECORD_BYTES })).toString('utf8');
  return readStatements(text)[0]?.repository;
}

async function holdsSomething(store: ObjectStore, signal?: AbortSignal): Promise<boolean> {
  for (const folder of [SNAPSHOTS, KEYS]) {
    for await (const _ of store.list(folder, { signal })) {
      return true;
    }
  }
  return false;
}
