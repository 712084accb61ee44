import type { ResourceVersion } from '../../contract/api/versions.ts';
import { compact } from '../../contract/compact.ts';
import type { ResourceRef } from '../../contract/kinds.ts';
import type { RunLine } from '../../contract/runs.ts';
import type { Caller } from '../organizations/caller.ts';
import { runFor } from '../organizations/run-view.ts';
import type { History } from './history.ts';

const RESTORES_MOST = 50;

/**
 * Decides whether the restores since a moment have left a resource in Grafana, as the last of them that touched it did;
 * undefined for what none has touched.
 */
export async function leftByRestores(
  history: History,
  since: string,
  signal: AbortSignal,
): Promise<(resource: ResourceRef) => boolean | undefined> {
  const there = new Map<string, boolean>();
  const ended = (run: RunLine): boolean => run.kind === 'restore' && (run.finished ?? '') > since;
  // Anyone who can write to the target can add records: the newest are enough for a hint.
  for (const { id } of (await history.since(since, ended, signal)).slice(0, RESTORES_MOST).reverse()) {
    const run = await history.find(id, signal);
    run?.touched?.forEach((one) => there.set(keyOf(one), one.did !== 'deleted'));
  }
  return (resource) => there.get(keyOf(resource));
}

/** Grafana gives the time of a save in whole seconds, by its own clock. */
const APART_MS = 5_000;
/** How Grafana names a service account that saved something; before version 12, by its login. */
const SERVICE_ACCOUNT = /^(service-account:|sa-)/;

/**
 * Adds to versions which restore saved them, and who started it: Grafana only knows the account of the service. A
 * restore counts if it ran when the version was saved, and its record, which a trusted key signed, lists the resource.
 */
export async function withRestores(
  versions: readonly ResourceVersion[],
  refOf: (version: ResourceVersion) => { org: number; kind: string; uid: string },
  history: History,
  caller: Caller,
  signal: AbortSignal,
): Promise<ResourceVersion[]> {
  const periods = new Map(versions.map((version) => [version, savedWithin(version)]));
  const known = [...periods.values()].flatMap((period) => period ?? []);
  if (known.length === 0) {
    return [...versions];
  }
  const since = new Date(Math.min(...known.map(({ from }) => from))).toISOString();
  const lines = await history.since(since, (run) => known.some((period) => ranWithin(run, period)), signal);
  const restores = await Promise.all(
    lines
      .flatMap((line) => runFor(line, caller) ?? [])
      .slice(0, RESTORES_MOST)
      .map(async (line) => {
        const touched = (await history.find(line.id, signal))?.touched ?? [];
        return { line, written: new Set(touched.filter(({ did }) => did !== 'deleted').map(keyOf)) };
      }),
  );
  return versions.map((version) => {
    const period = periods.get(version);
    const key = keyOf(refOf(version));
    const found = restores.find(
      ({ line, written }) => period !== undefined && ranWithin(line, period) && written.has(key),
    );
    return found === undefined ? version : { ...version, restored: compact({ run: found.line.id, by: found.line.by }) };
  });
}

/** When a service account saved it, in milliseconds; undefined for what anyone else saved. */
function savedWithin(version: ResourceVersion): { from: number; to: number } | undefined {
  // Grafana does not say when something was saved that was only created.
  const { updatedBy = '', updated = '', after = '', time } = version;
  const at = Date.parse(updated);
  const period = Number.isNaN(at)
    ? { from: Date.parse(after), to: Date.parse(time) }
    : { from: at - APART_MS, to: at + APART_MS };
  return SERVICE_ACCOUNT.test(updatedBy) && !Number.isNaN(period.from) ? period : undefined;
}

function ranWithin({ kind, started, finished, connection }: RunLine, { from, to }: { from: number; to: number }) {
  const isHere = kind === 'restore' && connection === undefined;
  return isHere && finished !== undefined && Date.parse(started) <= to && Date.parse(finished) >= from;
}

const keyOf = ({ org, kind, uid }: { org: number; kind: string; uid: string }): string => `${org}/${kind}/${uid}`;
