import type { Measured } from './measure/process.ts';
import type { ProfileName } from '../tests/support/grafana/profiles/profiles.ts';

/** What a scenario is measured on. */
export interface Setup {
  profile: ProfileName;
  dashboards: number;
  folders: number;
  /** About the size of each dashboard, in characters. */
  bytes: number;
  /** Added to every request to Grafana, in milliseconds. */
  latencyMs: number;
  /** Added to every request to the bucket, in milliseconds. */
  bucketLatencyMs: number;
}

/** What a tool should have kept, and what is really there; counted in dashboards. */
export interface Completeness {
  expected: number;
  stored: number;
  lost: number;
}

/** One measured run of one tool. */
export interface Sample extends Setup {
  scenario: string;
  tool: string;
  /** Wall time. */
  seconds?: number;
  /** User and system time of the tool's process and its children, without the servers. */
  cpuSeconds?: number;
  /** Peak resident memory of the tool's process. */
  peakMB?: number;
  /** To Grafana. */
  requests?: number;
  /** Read from Grafana. */
  readMB?: number;
  /** User and system time of Grafana and the bucket meanwhile. */
  serverCpuSeconds?: number;
  /** Every request to the bucket. */
  bucketRequests?: number;
  completeness?: Completeness;
  /** Measured on this number of dashboards and multiplied. */
  scaledFrom?: number;
  /** Anything else, by name with its unit: `p95 during (ms)`. */
  figures?: Record<string, number>;
  note?: string;
  /** Commit of the program, when it was measured. */
  commit?: string;
}

/** What a scenario is given. */
export interface Task {
  setup: Setup;
  repeat: number;
  /** How many dashboards slow tools are measured on at most; 0 = all. */
  sample: number;
  /** Whether a tool was asked for. */
  wants(tool: string): boolean;
  /** Takes a result; the scenario's name is filled in. */
  add(sample: Omit<Sample, 'scenario' | keyof Setup> & Partial<Setup>): void;
}

export interface Scenario {
  /** The heading of its table. */
  title: string;
  /** How many dashboards it is measured on unless asked otherwise. */
  dashboards?: number;
  run(task: Task): Promise<void>;
}

/** What a measured process cost, as a sample holds it. */
export function costOf({ seconds, cpuSeconds, peakMB }: Measured): Pick<Sample, 'seconds' | 'cpuSeconds' | 'peakMB'> {
  return { seconds, cpuSeconds, peakMB };
}
