import { join } from 'node:path';
import { measure, type Measured } from '../measure/process.ts';
import type { World } from '../servers/world.ts';
import { inRepository } from '../target/repository.ts';
import type { Completeness } from '../types.ts';

export const PROGRAM = 'build/dashkeep.mjs';

/** The kinds that every tool can be compared on. */
export const KINDS = ['--kinds', 'folder,dashboard'];

/** The built program on one repository in the world's bucket, as people run it. */
export class Dashkeep {
  readonly world: World;
  readonly prefix: string;

  constructor(world: World, prefix = 'repository') {
    this.world = world;
    this.prefix = prefix;
  }

  get environment(): Record<string, string> {
    return {
      ...this.world.environment,
      DASHKEEP_TARGET: `s3://bench/${this.prefix}`,
      DASHKEEP_STATE_DIR: join(this.world.directory, 'state'),
      DASHKEEP_PLAIN_COPIES: 'no',
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
