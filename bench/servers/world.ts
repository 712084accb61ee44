import { rmSync, statfsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Load } from '../../tests/support/grafana/http/load.ts';
import { startGrafanaProcess, type SimulatorProcess } from '../../tests/support/grafana/process.ts';
import { cpuOf, goesFirst } from '../measure/process.ts';
import type { Setup } from '../types.ts';
import { Bucket } from './bucket.ts';

/** What the servers saw during one measurement. */
export interface Traffic {
  requests: number;
  readMB: number;
  bucketRequests: number;
  /** User and system time of Grafana and the bucket. */
  serverCpuSeconds: number;
}

/**
 * A Grafana full of dashboards and an empty bucket, each in a separate process, and a folder for whatever a tool keeps.
 */
export class World {
  readonly setup: Setup;
  readonly grafana: SimulatorProcess;
  readonly bucket: Bucket;
  readonly directory: string;
  /** Leaves nothing behind when the bench itself is ended in the middle. */
  readonly #end = (): void => {
    process.kill(this.grafana.pid);
    rmSync(this.directory, { recursive: true, force: true });
  };
  #load: Load;

  private constructor(setup: Setup, grafana: SimulatorProcess, bucket: Bucket, directory: string) {
    this.setup = setup;
    this.grafana = grafana;
    this.bucket = bucket;
    this.directory = directory;
    this.#load = { latencyMs: setup.latencyMs };
  }

  static async start(setup: Setup): Promise<World> {
    const directory = await mkdtemp(join(roomy(), 'dashkeep-bench-'));
    const [grafana, bucket] = await Promise.all([
      startGrafanaProcess({ profile: setup.profile }),
      Bucket.start(join(directory, 'bucket'), setup.bucketLatencyMs),
    ]);
    goesFirst(grafana.pid);
    const world = new World(setup, grafana, bucket, directory);
    process.on('exit', world.#end);
    await grafana.order('seed', { count: setup.dashboards, folders: setup.folders, bytes: setup.bytes });
    await world.load({});
    return world;
  }

  /** The environment of every tool: where Grafana and the bucket are. */
  get environment(): Record<string, string> {
    return {
      ...this.bucket.environment,
      HOME: this.directory,
      GRAFANA_URL: this.grafana.url,
      GRAFANA_API_TOKEN: this.grafana.token,
    };
  }

  /** Sets how slow and how strict Grafana is, on top of its latency. */
  async load(load: Load): Promise<void> {
    this.#load = { latencyMs: this.setup.latencyMs, ...load };
    await this.grafana.order('load', this.#load);
  }

  /** Does something to Grafana that is not measured, without its latency. */
  async meanwhile<T>(work: () => Promise<T>): Promise<T> {
    await this.grafana.order('load', {});
    try {
      return await work();
    } finally {
      await this.grafana.order('load', this.#load);
    }
  }

  /** The dashboards that are there, by uid. */
  async uids(): Promise<string[]> {
    return (await this.grafana.order('uids', {})).dashboards;
  }

  /** Runs something and returns what the servers saw of it. */
  async watch<T>(work: () => Promise<T>): Promise<{ result: T; traffic: Traffic }> {
    await this.grafana.order('clear', {});
    await this.bucket.clear();
    const before = await this.grafana.order('counters', {});
    const used = this.#cpuSeconds();
    const result = await work();
    const after = await this.grafana.order('counters', {});
    return {
      result,
      traffic: {
        requests: after.requests - before.requests,
        readMB: (after.responseBytes - before.responseBytes) / 1e6,
        bucketRequests: await this.bucket.requests(),
        serverCpuSeconds: this.#cpuSeconds() - used,
      },
    };
  }

  #cpuSeconds(): number {
    return cpuOf(this.grafana.pid) + cpuOf(this.bucket.pid);
  }

  /** Calls Grafana's API as its administrator. @throws when it refuses. */
  async call(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(this.grafana.url + path, {
      method,
      headers: { authorization: `Bearer ${this.grafana.token}`, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!response.ok) {
      throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    }
    return response.json();
  }

  async stop(): Promise<void> {
    process.off('exit', this.#end);
    await Promise.all([this.grafana.close(), this.bucket.stop()]);
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** Enough for 20 000 dashboards kept by several tools. */
const ROOM = 4 * 2 ** 30;

/**
 * A disk in memory where there is a large one: writing files is the simulated bucket's doing, and takes of the same
 * processors.
 */
export function roomy(): string {
  const memory = '/dev/shm';
  try {
    const { bavail, bsize } = statfsSync(memory);
    return bavail * bsize >= ROOM ? memory : tmpdir();
  } catch {
    return tmpdir();
  }
}
