import { ForwardingStore } from '../../../pkg/storage/decorators/forwarding.ts';
import type { DeleteResult, ObjectInfo, ObjectStore, PutOptions, PutResult } from '../../../pkg/storage/store.ts';

export type FaultOperation = 'get' | 'put' | 'head' | 'list' | 'delete' | 'clock';

/** One call as the script sees it, before it happens. */
export interface FaultCall {
  /** Counts from 1 over all operations, in the order in which they were asked for. */
  sequence: number;
  operation: FaultOperation;
  key: string;
}

/** What goes wrong with a call. */
export type Fault =
  /** Nothing happens and the caller is told so. */
  | { kind: 'fail'; error: Error }
  /** The process is gone: neither this call nor any later one does anything. `after` lets this one still happen. */
  | { kind: 'crash'; after: boolean }
  /** One bit of what a get gives is wrong. */
  | { kind: 'flip'; at: number }
  /** A list does not show the newest `missing` objects by their date. */
  | { kind: 'stale-list'; missing: number };

/** Decides for each call; undefined lets it pass. */
export type FaultScript = (call: FaultCall) => Fault | undefined;

/** Thrown by every call from a crash on. Nobody should catch it and go on writing. */
export class CrashedError extends Error {
  constructor() {
    super('the process has crashed');
    this.name = 'CrashedError';
  }
}

/**
 * A store that goes wrong as scripted. `calls` tells what was asked for, so that a test can enumerate all cut points.
 */
export class FaultStore extends ForwardingStore {
  readonly calls: FaultCall[] = [];
  readonly #script: FaultScript;
  #crashed = false;

  constructor(inner: ObjectStore, script: FaultScript = () => undefined) {
    super(inner);
    this.#script = script;
  }

  override get(key: string, options?: { signal?: AbortSignal; maxBytes?: number }): Promise<Buffer> {
    return this.#run('get', key, async (fault) => {
      const body = await super.get(key, options);
      if (fault?.kind === 'flip' && body.length > 0) {
        const at = fault.at % body.length;
        body[at] = (body[at] ?? 0) ^ 1;
      }
      return body;
    });
  }

  override put(key: string, body: Buffer, options?: PutOptions): Promise<PutResult> {
    return this.#run('put', key, () => super.put(key, body, options));
  }

  override head(key: string, options?: { signal?: AbortSignal }): Promise<ObjectInfo | undefined> {
    return this.#run('head', key, () => super.head(key, options));
  }

  override async *list(
    prefix: string,
    options?: { startAfter?: string; signal?: AbortSignal },
  ): AsyncIterable<ObjectInfo> {
    const infos = await this.#run('list', prefix, async (fault) => {
      const found: ObjectInfo[] = [];
      for await (const info of super.list(prefix, options)) {
        found.push(info);
      }
      return fault?.kind === 'stale-list' ? withoutNewest(found, fault.missing) : found;
    });
    for (const info of infos) {
      if (this.#crashed) {
        throw new CrashedError();
      }
      yield info;
    }
  }

  override deleteMany(keys: readonly string[], options?: { signal?: AbortSignal }): Promise<DeleteResult[]> {
    return this.#run('delete', keys[0] ?? '', () => super.deleteMany(keys, options));
  }

  override clock(options?: { signal?: AbortSignal }): Promise<Date> {
    return this.#run('clock', '', () => super.clock(options));
  }

  async #run<T>(operation: FaultOperation, key: string, work: (fault: Fault | undefined) => Promise<T>): Promise<T> {
    if (this.#crashed) {
      throw new CrashedError();
    }
    const call: FaultCall = { sequence: this.calls.length + 1, operation, key };
    this.calls.push(call);
    const fault = this.#script(call);
    if (fault?.kind === 'fail') {
      throw fault.error;
    }
    if (fault?.kind === 'crash') {
      this.#crashed = true;
      if (fault.after) {
        await work(fault);
      }
      throw new CrashedError();
    }
    const result = await work(fault);
    // What was under way when another call crashed is over, too: its effect may stay, its answer is never seen.
    if (this.#crashed) {
      throw new CrashedError();
    }
    return result;
  }
}

/** Applies a fault to every call that matches. */
export function onEvery(fault: Fault, matches: (call: FaultCall) => boolean): FaultScript {
  return (call) => (matches(call) ? fault : undefined);
}

function withoutNewest(infos: readonly ObjectInfo[], missing: number): ObjectInfo[] {
  const newest = [...infos].sort((a, b) => b.lastModified.getTime() - a.lastModified.getTime()).slice(0, missing);
  return infos.filter((info) => !newest.includes(info));
}
