import { compare, linesOf, type Loss } from './dump/compare.ts';
import { dump } from './dump/dump.ts';
import type { Dump } from './dump/entries.ts';
import { fill } from './fill/fill.ts';
import type { Grafana } from './grafana.ts';
import type { Options } from './options.ts';
import type { Product, Ran } from './product.ts';
import type { Proxy } from './proxy.ts';
import type { Check } from './report/check.ts';
import { checkLines } from './report/outcome.ts';

/** Something that a person does with the product, from its beginning to its end. */
export interface Journey {
  name: string;
  title: string;
  /** Why it can't run here; undefined when it can. */
  skipped?(stage: Stage): Promise<string | undefined>;
  run(stage: Stage): Promise<void>;
}

/** A plan as `--json` prints it, and what became of it. */
export interface RestoreReport {
  plan: { kind: string; uid: string; action: string; reason: string }[];
  confirm?: string;
  applied: boolean;
  results: { kind: string; uid: string; outcome: string; reason?: string }[];
  run?: string;
}

export interface BackupReport {
  snapshot: string;
  status: string;
  kinds: Record<string, { listed: number; stored: number; reused: number; skipped: number; failed: number }>;
  errors: { kind: string; uid: string; reason: string }[];
}

/** Most lines of evidence that one check shows. */
const MOST_LINES = 40;

/** What all journeys share: the server, the program, what was found so far, and the checks of the journey that runs. */
export class Stage {
  readonly grafana: Grafana;
  readonly proxy: Proxy;
  readonly product: Product;
  readonly options: Options;
  readonly say: (text: string) => void;
  checks: Check[] = [];
  #filled = false;
  #snapshot: { id: string; dump: Dump; report: BackupReport; ran: Ran } | undefined;

  constructor(shared: Pick<Stage, 'grafana' | 'proxy' | 'product' | 'options' | 'say'>) {
    this.grafana = shared.grafana;
    this.proxy = shared.proxy;
    this.product = shared.product;
    this.options = shared.options;
    this.say = shared.say;
  }

  /** Notes whether something holds, and goes on either way. */
  check(what: string, ok: boolean, evidence: readonly string[] = []): boolean {
    const more = evidence.length > MOST_LINES ? [`… and ${evidence.length - MOST_LINES} more`] : [];
    const check = { what, ok, evidence: ok ? [] : [...evidence.slice(0, MOST_LINES), ...more] };
    this.checks.push(check);
    checkLines(check).forEach((text) => this.say(text));
    return ok;
  }

  /** Notes whether two dumps are equal but for what is lost. */
  checkEqual(what: string, before: Dump, after: Dump, losses: readonly Loss[] = []): boolean {
    const differences = linesOf(compare(before, after, losses));
    return this.check(`${what} (${Object.keys(before).length} entries)`, differences.length === 0, differences);
  }

  /** Notes whether the program ended with this exit code. */
  checkExit(what: string, ran: Ran, code = 0): boolean {
    // With --json the standard output is one line, which the checks that follow look into.
    const output = ran.stderr.trim().split('\n').slice(-15);
    return this.check(`${what}: exit code ${code} (${ran.seconds} s)`, ran.code === code, [
      `exit code ${ran.code}`,
      ...output.map((text) => text.slice(0, 500)),
    ]);
  }

  dump(): Promise<Dump> {
    return dump(this.grafana);
  }

  /** Fills Grafana, once. */
  async fill(): Promise<void> {
    if (!this.#filled && !this.options.filled) {
      this.say('filling Grafana');
      await fill(this.grafana, (text) => this.say(`  ${text}`));
    }
    this.#filled = true;
  }

  /** The first snapshot of the filled Grafana, and what an independent dump found at the same time. */
  async snapshot(): Promise<{ id: string; dump: Dump; report: BackupReport; ran: Ran }> {
    if (this.#snapshot === undefined) {
      await this.fill();
      this.proxy.clear();
      const ran = await this.product.run(['backup', '--json']);
      const report = json<BackupReport>(ran);
      this.#snapshot = { id: report.snapshot, dump: await this.dump(), report, ran };
    }
    return this.#snapshot;
  }

  /** Looks at the plan, which must write nothing, and applies it. Undefined when the program gave no report. */
  async restore(
    what: string,
    args: readonly string[],
    changes: NodeJS.ProcessEnv = {},
  ): Promise<RestoreReport | undefined> {
    this.proxy.clear();
    const planned = await this.product.run(['restore', ...args, '--json'], changes);
    this.check(`${what}: the plan writes nothing`, this.proxy.writes.length === 0, this.proxy.writes);
    if (!this.checkExit(`${what}: plan`, planned)) {
      this.refusals(what);
      return undefined;
    }
    const { plan, confirm } = json<RestoreReport>(planned);
    const blocked = plan.filter(({ action }) => action === 'blocked');
    this.check(
      `${what}: the plan blocks nothing`,
      blocked.length === 0,
      blocked.map(({ kind, uid, reason }) => `${kind} ${uid}: ${reason}`),
    );
    return this.apply(what, [...args, ...(confirm === undefined ? [] : ['--confirm', confirm])], changes);
  }

  /** Restores without looking at the plan first. Undefined when the program gave no report. */
  async apply(
    what: string,
    args: readonly string[],
    changes: NodeJS.ProcessEnv = {},
  ): Promise<RestoreReport | undefined> {
    this.proxy.clear();
    const applied = await this.product.run(['restore', ...args, '--apply', '--json'], changes);
    const report = applied.stdout === '' ? undefined : json<RestoreReport>(applied);
    if (!this.checkExit(`${what}: apply`, applied)) {
      this.refusals(what);
      const bad = report?.results.filter(({ outcome }) => !['verified', 'deleted'].includes(outcome)) ?? [];
      const lines = bad.map(({ outcome, kind, uid, reason }) => `${outcome}: ${kind} ${uid}: ${reason}`);
      this.check(`${what}: all is as in the snapshot`, lines.length === 0, lines);
    }
    return report;
  }

  /** Undoes a restore. */
  async undo(what: string, report: RestoreReport | undefined): Promise<void> {
    if (report?.run === undefined) {
      this.check(`${what}: there is a run to undo`, false);
      return;
    }
    await this.restore(what, ['--undo', report.run]);
  }

  /** Failures of the server as evidence: what the program asked, and what it was answered. */
  refusals(what: string): void {
    const failed = this.proxy.refusals.filter(({ status }) => status >= 500 || status === 400);
    const lines = failed.map(
      ({ method, path, org, status, answer }) =>
        `${method} ${path}${org === '' ? '' : ` (org ${org})`} → ${status} ${answer}`,
    );
    this.check(`${what}: Grafana answers without a failure`, lines.length === 0, lines);
  }
}

/** The one document that a command prints with `--json`. @throws with its output when it is none. */
export function json<T>({ stdout, stderr, code }: Ran): T {
  try {
    return JSON.parse(stdout) as T;
  } catch {
    throw new Error(`exit code ${code}, and no JSON: ${stdout.slice(0, 300)} ${stderr.slice(-1500)}`);
  }
}
