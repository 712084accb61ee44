import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { goesFirst } from '../measure/process.ts';

export type BucketOrder = 'counts' | 'clear';

export interface BucketReply {
  /** Requests by the name of their operation. */
  counts: Record<string, number>;
}

const MAIN = fileURLToPath(new URL('./bucket-process.ts', import.meta.url));

/** An S3 server in a separate process, with one bucket whose objects are files that can be looked at from here. */
export class Bucket {
  /** Where the objects lie, one file per key. */
  readonly objects: string;
  readonly #directory: string;
  readonly #latencyMs: number;
  #child: ChildProcess;
  #port = 0;
  /** What a client needs, as environment variables. */
  environment: Record<string, string> = {};

  private constructor(directory: string, latencyMs: number) {
    this.#directory = directory;
    this.#latencyMs = latencyMs;
    this.objects = join(directory, 'bench');
    this.#child = this.#fork();
  }

  static async start(directory: string, latencyMs: number): Promise<Bucket> {
    const bucket = new Bucket(directory, latencyMs);
    await bucket.#listening();
    return bucket;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** How many requests came since the last `clear`. */
  async requests(): Promise<number> {
    return Object.values((await this.#order('counts')).counts).reduce((sum, count) => sum + count, 0);
  }

  async counts(): Promise<Record<string, number>> {
    return (await this.#order('counts')).counts;
  }

  async clear(): Promise<void> {
    await this.#order('clear');
  }

  /** Keys and sizes of what is in the bucket. */
  keys(): string[] {
    return readdirSync(this.objects, { recursive: true, withFileTypes: true })
      .filter((item) => item.isFile() && !item.parentPath.includes('.staged'))
      .map((item) => join(item.parentPath, item.name).slice(this.objects.length + 1));
  }

  /** Removes what is below a prefix, without asking the server. */
  remove(prefix: string): void {
    rmSync(join(this.objects, prefix), { recursive: true, force: true });
  }

  /** Starts the server again, with the objects whose keys contain `part` older by that many hours. */
  async restart(olderByHours = 0, part = ''): Promise<void> {
    await this.stop();
    for (const path of this.keys().map((key) => join(this.objects, key))) {
      if (olderByHours > 0 && path.includes(part)) {
        const time = statSync(path).mtimeMs / 1000 - olderByHours * 3600;
        utimesSync(path, time, time);
      }
    }
    this.#child = this.#fork();
    await this.#listening();
  }

  async stop(): Promise<void> {
    this.#child.kill();
    await once(this.#child, 'close');
  }

  #fork(): ChildProcess {
    const given = [this.#directory, String(this.#latencyMs), String(this.#port)];
    return fork(MAIN, given, { execArgv: ['--import', 'tsx'] });
  }

  async #listening(): Promise<void> {
    const [{ port, environment }] = (await once(this.#child, 'message')) as [
      { port: number; environment: Record<string, string> },
    ];
    this.#port = port;
    this.environment = environment;
    goesFirst(this.pid);
  }

  async #order(order: BucketOrder): Promise<BucketReply> {
    const answered = once(this.#child, 'message');
    this.#child.send(order);
    const [answer] = (await answered) as [BucketReply];
    return answer;
  }
}
