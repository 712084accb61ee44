import { join } from 'node:path';
import { measure, type Measured } from '../measure/process.ts';
import type { World } from '../servers/world.ts';
import { inRepository } from '../target/repository.ts';
import type { Completeness } from '../types.ts';

export const PROGRAM = 'build/dashkeep.mjs';

/** Its name in the tables with the concurrency of the lower bound's first try. */
export const HELD_TO_EIGHT = 'dashkeep with 8 requests';

/** The kinds that every tool can be compared on. */
export const KINDS = ['--kinds', 'folder,dashboard'];

/** The built program on one repository in the world's bucket, as people run it. */
export class Dashkeep {
  readonly world: World;
  readonly prefix: string;
  readonly #settings: Record<string, string>;

  /** @param settings further environment of the program */
  constructor(world: World, prefix = 'repository', settings: Record<string, string> = {}) {
    this.world = world;
    this.prefix = prefix;
    this.#settings = settings;
  }

  get environment(): Record<string, string> {
    return {
      ...this.world.environment,
      DASHKEEP_TARGET: `s3://bench/${this.prefix}`,
      DASHKEEP_STATE_DIR: join(this.world.directory, 'state'),
      DASHKEEP_PLAIN_COPIES: 'no',
      ...this.#settings,
    };
  }

  /** Where its objects lie. */
  get directory(): string {
    return join(this.world.bucket.objects, this.prefix);
  }

  run(...args: string[]): Promise<Measured> {
    return measure({ file: process.execPath, args: [PROGRAM, ...args, '--json'], env: this.environment });
  }

  backup(): Promise<Measured> {
    return this.run('backup', ...KINDS);
  }

  /** @throws when the snapshot is not complete: what follows would measure something else. */
  async prepare(): Promise<Measured> {
    const measured = await this.backup();
    if (measured.exit !== 0) {
      throw new Error(`the backup that the scenario starts from ended with ${measured.exit}: ${measured.output}`);
    }
    return measured;
  }

  kept(uids: readonly string[]): Completeness {
    return inRepository(this.directory, uids);
  }
}
