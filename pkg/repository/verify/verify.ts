import { compact } from '../../contract/compact.ts';
import { append } from '../../lib/append.ts';
import { DashkeepError } from '../../contract/errors.ts';
import type { SnapshotSummary } from '../../contract/manifest.ts';
import { forEachConcurrently } from '../../lib/concurrency/each-at-once.ts';
import { putBackHeld, renewCopies } from '../holds/copies.ts';
import { isKeyFile, isWrappedFor } from '../encryption/key-files.ts';
import type { Abortable } from '../../lib/abortable.ts';
import { KEYS, objectKey, type NamedKey } from '../layout.ts';
import { futureSnapshots, warnOfLater } from '../snapshots/future.ts';
import { eachSnapshot, listSnapshots, readNeeds } from '../snapshots/manifests.ts';
import type { TimedKey } from '../snapshots/newest-keys.ts';
import { walkObjects } from '../objects/listing.ts';
import type { Repository } from '../repository.ts';
import { duePart, isInPart, rememberPart, type Part, type TurnPorts } from './parts.ts';
import {
  configProblems,
  findingProblem,
  foreignProblem,
  futureProblem,
  ifReadable,
  manifestProblem,
  nameTheHurt,
  type Defect,
  type VerifyProblem,
} from './problems.ts';

export interface VerifyOptions {
  /** Also read every object and hash it, or this percentage of them: another part each time, until all were read. */
  readData?: boolean | { percent: number };
  /** Only this snapshot: an id, an unambiguous start of one, or `latest`. */
  snapshot?: string;
  /** Of one snapshot, too: also compare the repository with what is remembered of its target. */
  inspects?: boolean;
  /** Objects that were damaged when they were last read: those that snapshots need are read in any case. */
  suspects?: ReadonlySet<string>;
  progress?: (done: number, total: number, phase: 'manifests' | 'data') => void;
  signal?: AbortSignal;
}

export interface VerifyReport {
  snapshots: number;
  /** Id of the snapshot, where only one was looked at. */
  snapshot?: string;
  /** Different objects that the snapshots need. */
  objects: number;
  /** Stored size of those, in bytes. */
  bytes: number;
  /** Objects that were read and hashed. */
  read: number;
  /** Which part was read, when only a part. */
  part?: Part;
  /** Objects that no snapshot needs: a prune will remove them. Unknown when only one snapshot was looked at. */
  unreferenced?: number;
  problems: VerifyProblem[];
}

const OBJECTS_AT_ONCE = 16;

/**
 * Checks that every published snapshot, or one, can be restored. Structure: every manifest is whole, every object is
 * there. With `readData` the objects themselves are read and hashed.
 * @throws DK_NOT_FOUND for a snapshot that is not there, DK_IDENTITY_MISSING when data is to be read that this process
 * cannot decrypt.
 */
export async function verify(repository: Repository, options: VerifyOptions = {}): Promise<VerifyReport> {
  return new Verification(repository, options).run();
}

interface Needed {
  encrypted: boolean;
  size: number | undefined;
}

class Verification {
  readonly #repository: Repository;
  readonly #options: VerifyOptions;
  readonly #needed = new Map<string, Needed>();
  readonly #bad = new Map<string, Defect>();
  readonly #problems: VerifyProblem[] = [];
  readonly #summaries: SnapshotSummary[] = [];

  constructor(repository: Repository, options: VerifyOptions) {
    this.#repository = repository;
    this.#options = options;
  }

  async run(): Promise<VerifyReport> {
    const { readData, snapshot } = this.#options;
    if (snapshot !== undefined && typeof readData === 'object') {
      throw new DashkeepError('DK_USAGE', 'a partial read cannot be limited to one snapshot');
    }
    await putBackHeld(this.#repository, this.#options);
    // Manifests before objects: an object is always there before the manifest that needs it.
    const keys =
      snapshot === undefined
        ? await listSnapshots(this.#repository.store, this.#options)
        : [await this.#repository.find(snapshot, this.#options)];
    const future = await futureSnapshots(this.#repository, keys, this.#options);
    warnOfLater(this.#repository, keys.findLast(({ id }) => !future.has(id))?.id);
    const sound = await this.#readManifests(keys, future);
    if (snapshot === undefined) {
      await this.#repository.index.replace(this.#summaries, this.#options);
    }
    if (snapshot === undefined || this.#options.inspects === true) {
      const { all, unconfigured } = await this.#repository.inspect(this.#options);
      append(this.#problems, unconfigured ? await configProblems(this.#repository, this.#options) : []);
      append(
        this.#problems,
        all.flatMap((finding) => findingProblem(finding, this.#problems)),
      );
    }
    const unreferenced = await this.#listObjects();
    const part = typeof readData === 'object' ? await duePart(this.#turn, readData.percent) : undefined;
    const read = await this.#readObjects(part);
    if (part !== undefined) {
      await rememberPart(this.#turn, part);
    }
    append(this.#problems, await nameTheHurt(this.#repository, sound, this.#bad, this.#options));
    return {
      snapshots: keys.length,
      objects: this.#needed.size,
      bytes: [...this.#needed.values()].reduce((sum, { size }) => sum + (size ?? 0), 0),
      read,
      ...compact({ part }),
      ...(snapshot === undefined ? { unreferenced } : compact({ snapshot: keys[0]?.id })),
      problems: this.#problems,
    };
  }

  async #readManifests(keys: readonly TimedKey[], future: ReadonlySet<string>): Promise<NamedKey[]> {
    const { standing } = this.#repository.trust;
    const sound: NamedKey[] = [];
    let done = 0;
    const trusted: NamedKey[] = [];
    const checkManifest = async (key: NamedKey): Promise<void> => {
      const read = await ifReadable(readNeeds(this.#repository, key, this.#options), (error) =>
        this.#problems.push(manifestProblem(key, error)),
      );
      if (read !== undefined) {
        const misdated = future.has(key.id) ? futureProblem(key) : undefined;
        const problem = foreignProblem(key, read.author, standing) ?? misdated;
        append(this.#problems, problem === undefined ? [] : [problem]);
        append(trusted, problem === undefined ? [key] : []);
        sound.push(key);
        this.#summaries.push(read.summary);
        for (const object of read.objects) {
          // A forged manifest does not decide in which form another one's object is looked for.
          if (read.author.trusted || !this.#needed.has(object)) {
            this.#needed.set(object, { encrypted: read.encrypted, size: undefined });
          }
        }
      }
      done++;
      this.#options.progress?.(done, keys.length, 'manifests');
    };
    await eachSnapshot(keys, checkManifest, this.#options.signal);
    for (const [key, error] of await renewCopies(this.#repository, trusted, this.#options)) {
      this.#problems.push(manifestProblem(key, error));
    }
    return sound;
  }

  async #listObjects(): Promise<number> {
    const { store } = this.#repository;
    let unreferenced = 0;
    await walkObjects(
      store,
      ({ id, encrypted, size }) => {
        const needed = this.#needed.get(id);
        if (needed === undefined) {
          unreferenced++;
        } else if (needed.encrypted === encrypted) {
          // The other form beside it is nobody's.
          needed.size = size;
        }
      },
      { signal: this.#options.signal },
    );
    for (const [id, { size, encrypted }] of this.#needed) {
      if (size === undefined) {
        // A listing may have passed the place before a backup put the object back.
        const there = await store.head(objectKey(id, encrypted), { signal: this.#options.signal });
        this.#needed.set(id, { encrypted, size: there?.size });
        if (there === undefined) {
          this.#bad.set(id, { encrypted, code: 'DK_OBJECT_MISSING', reason: 'missing' });
        }
      } else if (size < 20) {
        // The shortest gzip of anything is 20 bytes.
        this.#bad.set(id, { encrypted, code: 'DK_OBJECT_DAMAGED', reason: `damaged: only ${size} bytes` });
      }
    }
    return unreferenced;
  }

  get #turn(): TurnPorts {
    const { trust, clock, log } = this.#repository;
    return { state: trust.keys.state, clock, log };
  }

  /** Reads the objects of a part, or all if all are to be read; and those that were damaged before. */
  async #readObjects(part: Part | undefined): Promise<number> {
    const { readData, suspects } = this.#options;
    const isDue = (id: string): boolean => readData === true || (part !== undefined && isInPart(part, id));
    const ids = [...this.#needed.keys()].filter(
      (id) => !this.#bad.has(id) && (isDue(id) || suspects?.has(id) === true),
    );
    if (ids.length === 0) {
      return 0;
    }
    const mayBeOfOthers = await hasKeyOfOthers(this.#repository, this.#options);
    let done = 0;
    const checkObject = async (id: string): Promise<void> => {
      const encrypted = this.#needed.get(id)?.encrypted ?? false;
      if (encrypted && !isDue(id) && !this.#repository.keyring.readsObjects) {
        this.#bad.set(id, { encrypted, code: 'DK_OBJECT_DAMAGED', reason: 'damaged when it was last read' });
      } else {
        try {
          await this.#repository.objects.read(id, encrypted, this.#options);
        } catch (error) {
          this.#bad.set(id, { encrypted, ...this.#defect(error, mayBeOfOthers) });
        }
      }
      done++;
      this.#options.progress?.(done, ids.length, 'data');
    };
    await forEachConcurrently(OBJECTS_AT_ONCE, ids, checkObject, this.#options.signal);
    return done;
  }

  /** What an error says about one object; thrown on when it speaks of the store, or of what was not given. */
  #defect(error: unknown, mayBeOfOthers = false): Omit<Defect, 'encrypted'> {
    if (!(error instanceof DashkeepError)) {
      throw error;
    }
    if (error.code === 'DK_OBJECT_DAMAGED' || error.code === 'DK_OBJECT_MISSING') {
      return { code: error.code, reason: error.message };
    }
    if (error.code === 'DK_IDENTITY_MISSING' && this.#repository.keyring.readsObjects) {
      // A flipped bit in its head looks the same as a recipient who was never there.
      return {
        code: mayBeOfOthers ? error.code : 'DK_OBJECT_DAMAGED',
        reason: this.#repository.keyring.isForOthers
          ? 'the given age identity does not decrypt it'
          : 'no given identity decrypts it: it is damaged, or encrypted for others',
      };
    }
    throw error;
  }
}

/** Whether something here may be encrypted for other recipients than those of this process. */
async function hasKeyOfOthers({ store, keyring }: Repository, { signal }: Abortable): Promise<boolean> {
  if (keyring.isForOthers) {
    return true;
  }
  for await (const { key } of store.list(KEYS, { signal })) {
    if (isKeyFile(key) && !isWrappedFor(key, keyring.recipients)) {
      return true;
    }
  }
  return false;
}
