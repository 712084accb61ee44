import { compact } from '../../contract/compact.ts';
import { DashkeepError, type ErrorCode } from '../../contract/errors.ts';
import { ERROR_CATALOGUE } from '../../contract/errors/catalogue.ts';
import { FINDING_CODES, type Finding } from '../../contract/findings.ts';
import { reason, type KnownReason } from '../../contract/reasons/catalogue.ts';
import { adviceOf, reasonSentence, type Reason } from '../../contract/reasons/reason.ts';
import { isKindName, type KindName, type ResourceRef } from '../../contract/kinds.ts';
import type { RunLine } from '../../contract/runs.ts';
import type { Abortable } from '../../lib/abortable.ts';
import { configDamage } from '../config.ts';
import type { NamedKey } from '../layout.ts';
import { futureFinding } from '../snapshots/future.ts';
import { readManifest } from '../snapshots/manifests.ts';
import type { Repository } from '../repository.ts';
import { findingError } from '../signing/finding-error.ts';
import type { Author } from '../signing/trust.ts';
import type { Standing } from '../signing/trusted-keys.ts';
import { isUnreadable } from '../index/snapshots.ts';

/** A resource whose object is not sound; this version may not know its kind. */
export type HurtResource = Omit<ResourceRef, 'kind'> & { kind: string; title: string };

/** Whether this version knows the kind of a resource. */
export function isOfKnownKind(resource: HurtResource): resource is HurtResource & { kind: KindName } {
  return isKindName(resource.kind);
}

export interface VerifyProblem {
  /** Empty when a manifest itself is the problem, or the whole repository: then it names no snapshots. */
  object: string;
  /** Whether the object is, or should be, there in its encrypted form. */
  encrypted: boolean;
  code: ErrorCode;
  reason: string;
  /** What a person can do about it, where its code alone does not say so. */
  hint?: string;
  /** Fingerprint of the untrusted key that signed the snapshot. */
  signer?: string;
  /** Ids of the snapshots that need it. */
  snapshots: string[];
  /** What cannot be restored because of it. */
  resources: HurtResource[];
}

/** What is wrong with one object, whatever needs it. */
export interface Defect {
  encrypted: boolean;
  code: ErrorCode;
  reason: string;
}

/** What is wrong with a manifest, or with the copy of it that a hold keeps. */
export function manifestProblem({ id, encrypted }: NamedKey, { code, message, hint }: DashkeepError): VerifyProblem {
  return { object: '', encrypted, code, reason: message, hint, snapshots: [id], resources: [] };
}

/**
 * What is wrong with who wrote a manifest; undefined when nothing is. Where nobody is trusted yet only what nobody
 * signed, or what was changed after it was signed, is a problem.
 */
export function foreignProblem(key: NamedKey, author: Author, standing: Standing): VerifyProblem | undefined {
  const isFine = author.trusted || (standing === 'first-contact' && author.signer !== undefined);
  if (isFine || (standing === 'unsigned' && !author.mismatch)) {
    return undefined;
  }
  const reason =
    author.signer !== undefined
      ? `untrusted: it is signed only by ${author.signer}, which is not trusted here`
      : author.mismatch
        ? 'forged: it was changed after it was signed, or its signature belongs to another file'
        : 'untrusted: it is not signed';
  return compact({
    object: '',
    encrypted: key.encrypted,
    code: 'DK_SNAPSHOT_FOREIGN' as const,
    reason: `${reason} (${key.id})`,
    signer: author.signer,
    snapshots: [key.id],
    resources: [],
  });
}

/** A snapshot whose date is wrong: it counts for nothing until then. */
export function futureProblem({ id, encrypted }: NamedKey): VerifyProblem {
  const { why } = futureFinding(id);
  return {
    object: '',
    encrypted,
    code: 'DK_SNAPSHOT_FUTURE',
    reason: reasonSentence(why),
    snapshots: [id],
    resources: [],
  };
}

/** What is wrong with the configuration, if anything: only a machine that remembers the repository can open it then. */
export async function configProblems(
  { store }: Pick<Repository, 'store'>,
  { signal }: Abortable,
): Promise<VerifyProblem[]> {
  const damage = await configDamage(store, signal);
  if (damage === undefined) {
    return [];
  }
  const { code, message, hint } = damage;
  return [{ object: '', encrypted: false, code, reason: message, hint, snapshots: [], resources: [] }];
}

/**
 * A difference from what this installation remembers as a problem. If its snapshot is named as foreign already, that
 * problem gets the hint.
 */
export function findingProblem(finding: Finding, known: readonly VerifyProblem[]): VerifyProblem[] {
  const { missing } = finding.params;
  const { code, message, hint } = findingError(finding);
  const named = known.find(({ object, snapshots }) => object === '' && snapshots.some((id) => id === missing));
  if (named !== undefined) {
    named.hint = hint;
    return [];
  }
  return [{ object: '', encrypted: false, code, reason: message, hint, snapshots: [], resources: [] }];
}

/**
 * What was read of a manifest; undefined when it was forgotten meanwhile, or is unreadable: then the handler gets to
 * know.
 */
export async function ifReadable<T>(
  reading: Promise<T>,
  unreadable: (error: DashkeepError) => void,
): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (!isUnreadable(error)) {
      throw error;
    }
    if (error.code !== 'DK_NOT_FOUND') {
      unreadable(error);
    }
    return undefined;
  }
}

/**
 * The snapshots and resources that defects of objects hurt, a problem for each object. Reads the manifests once more,
 * only when there is something to report.
 * @param defects - by object id
 */
export async function nameTheHurt(
  repository: Repository,
  keys: readonly NamedKey[],
  defects: ReadonlyMap<string, Defect>,
  calls: { signal?: AbortSignal },
): Promise<VerifyProblem[]> {
  const found = new Map<string, { snapshots: string[]; resources: Map<string, HurtResource> }>();
  for (const key of defects.size === 0 ? [] : keys) {
    const read = await ifReadable(readManifest(repository, key, calls), () => undefined);
    const { resources = [], newer = [] } = read?.manifest ?? {};
    for (const { org, kind, uid, title, object } of [...resources, ...newer]) {
      if (defects.has(object)) {
        const hurt = found.get(object) ?? { snapshots: [], resources: new Map<string, HurtResource>() };
        found.set(object, hurt);
        if (hurt.snapshots.at(-1) !== key.id) {
          hurt.snapshots.push(key.id);
        }
        hurt.resources.set(`${org}/${kind}/${uid}`, { org, kind, uid, title });
      }
    }
  }
  return [...found].flatMap(([object, { snapshots, resources }]) => {
    const defect = defects.get(object);
    return defect === undefined
      ? []
      : [{ object, ...defect, snapshots: snapshots.sort(), resources: [...resources.values()] }];
  });
}

/** Whether an object can be written again. What is encrypted for others would be taken from them. */
export function isOwnObject({ object, code }: VerifyProblem): boolean {
  return object !== '' && code !== 'DK_IDENTITY_MISSING';
}

const NOT_MENDABLE: ReadonlySet<string> = new Set([
  ...FINDING_CODES,
  'DK_SNAPSHOT_FUTURE',
  'DK_SNAPSHOT_FOREIGN',
  'DK_IDENTITY_MISSING',
  'DK_MANIFEST_NEWER',
]);

/** Whether the live content of Grafana can repair it, which it cannot for a key, a repository, a version or a date. */
export function isMendable({ code }: { code: string }): boolean {
  return !NOT_MENDABLE.has(code);
}

/**
 * The first problem of a verification that found none that a repair mends, and what to do about it; undefined if a
 * repair may help.
 */
export function unmendable({
  warned = [],
  problems,
  counts,
}: Pick<RunLine, 'warned' | 'problems' | 'counts'>):
  | { code: ErrorCode; why?: KnownReason; advice: Reason }
  | undefined {
  const found = warned.map(({ code }) => code).filter(isErrorCode);
  const [first, ...more] = warned;
  if (first?.code === 'DK_IDENTITY_MISSING' && first.params['object'] !== undefined && more.length + problems === 0) {
    return { code: first.code, why: reason('identity-unfit'), advice: reason('correct-identity') };
  }
  const [code] = found;
  const isAll =
    problems === 0 && counts['problems'] === found.length && !found.some((one) => isMendable({ code: one }));
  return isAll && code !== undefined ? { code, advice: adviceOf(new DashkeepError(code, '')) } : undefined;
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CATALOGUE, code);
}
