import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';

export const WORKFLOWS = resolve(import.meta.dirname, '../../.github/workflows');

export interface WorkflowStep {
  name?: string;
  uses?: string;
  run?: string;
  with?: Record<string, string>;
  env?: Record<string, string>;
}

export interface WorkflowJob {
  needs?: string | string[];
  'runs-on': string;
  environment?: string;
  permissions?: Record<string, string>;
  env?: Record<string, string>;
  steps: WorkflowStep[];
}

export interface Workflow {
  permissions: Record<string, string>;
  env?: Record<string, string>;
  jobs: Record<string, WorkflowJob>;
}

/** A workflow of GitHub Actions that this repository has, by its file. */
export function workflow(file: string): Workflow {
  return parse(readFileSync(join(WORKFLOWS, file), 'utf8')) as Workflow;
}

export function namesOf(needs: WorkflowJob['needs']): string[] {
  return [needs ?? []].flat();
}
