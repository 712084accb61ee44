import type { ApplyResult } from '../../contract/plan.ts';
import type { ReasonCode } from '../../contract/reasons/catalogue.ts';
import { isConflict } from '../../contract/reasons/restore/plan.ts';
import { keyOf } from '../../engine/restore/target.ts';
import type { Plan } from '../../engine/restore/types.ts';
import { shellWord } from '../../lib/shell-word.ts';
import { targetOfConnection } from '../../operations/connection.ts';
import { FLAG_VARIABLES } from '../config/configuration.ts';
import type { CliContext } from '../context.ts';

/** Options that say nothing about what is restored, or that a person has to give again. */
const LEFT_OUT = new Set(['json', 'markdown', 'apply', 'confirm', 'by', 'savePlan', 'trustedKeys']);

/** The command that restores the same once more, from the very snapshot that was restored. */
export function finishCommand(
  { environment }: Pick<CliContext, 'environment'>,
  flags: object,
  snapshot: string | undefined,
): string {
  const isMigration = 'to' in flags;
  const given = isMigration && snapshot !== undefined ? { ...flags, from: snapshot } : flags;
  const parts = Object.entries(given).flatMap(([name, value]: [string, unknown]) => {
    const option = optionOf(name);
    // A variable stays set.
    const variable = FLAG_VARIABLES.get(option);
    if (LEFT_OUT.has(name) || (variable !== undefined && environment[variable] === value)) {
      return [];
    }
    if (name === 'safetySnapshot') {
      return value === false ? ['--no-safety-snapshot'] : [];
    }
    const values = Array.isArray(value) ? value : [value];
    return values.flatMap((one) => (one === true ? [option] : typeof one === 'string' ? [option, shellWord(one)] : []));
  });
  const command = isMigration ? ['migrate'] : ['restore', ...(snapshot === undefined ? [] : [snapshot])];
  return ['dashkeep', ...command, ...parts, '--apply'].join(' ');
}

/** @returns the command that restores the rest of a plan, with what it uses, which is missing and can be added */
export function retryCommand(
  context: Pick<CliContext, 'environment'>,
  flags: { also?: readonly string[] },
  { items, snapshot }: Pick<Plan, 'items' | 'snapshot'>,
  results: readonly ApplyResult[],
): string {
  const differs = new Set(results.filter(({ outcome }) => outcome === 'differs').map(keyOf));
  const code = 'uses-missing-offered' satisfies ReasonCode;
  const missing = items
    .filter((item) => differs.has(keyOf(item)))
    .flatMap(({ lost = [] }) => lost.flatMap((one) => (one.code === code ? (one.params?.['resource'] ?? []) : [])));
  const also = [...new Set([...(flags.also ?? []), ...missing])];
  return finishCommand(context, also.length === 0 ? flags : { ...flags, also }, snapshot);
}

/** Options that choose resources and a mode; a command for conflicts names and overwrites them instead. */
const CHOOSING = {
  ...{ promote: undefined, folder: undefined, lostIn: undefined, deleteExtra: undefined },
  ...{ everything: undefined, kinds: undefined, also: undefined, plan: undefined },
};

/** @returns the command that overwrites the conflicts of a plan and nothing else, absent without conflicts */
export function overwriteCommand(
  context: Pick<CliContext, 'environment'>,
  flags: object,
  { snapshot, items }: Pick<Plan, 'snapshot' | 'items'>,
): string | undefined {
  const conflicts = items.filter(isConflict);
  const only = [...new Set(conflicts.map(({ kind, uid }) => `${kind}/${uid}`))];
  const orgs = [...new Set(conflicts.map(({ org, targetOrg = org }) => targetOrg))].join(',');
  const asked = { ...flags, ...CHOOSING, ...('to' in flags ? {} : { orgs }), only, overwrite: true };
  return only.length === 0 ? undefined : finishCommand(context, asked, snapshot);
}

/** Options of a run that another run needs, too: where the repository and Grafana are, not what was asked for. */
const OF_ONE_RUN = new Set(['orgs', 'kinds']);

/**
 * Makes the command that plans and does the undo of a run, with the same repository and Grafana.
 * @param connection - that the run wrote to
 */
export type UndoCommand = (run: string, connection?: string) => string;

/** Makes the commands for a run that a repository lists. */
export interface RunCommands {
  undo: UndoCommand;
  /** The recorded command that finishes it: without a target, it was meant for the one that was set then. */
  finish: (recorded: string, connection?: string) => string;
}

/** @returns what makes them, with the options that say where the repository and Grafana are */
export function runCommands(context: Pick<CliContext, 'environment'>, flags: object): RunCommands {
  const isPlace = ([name]: [string, unknown]): boolean =>
    name === 'to' || (FLAG_VARIABLES.has(optionOf(name)) && !OF_ONE_RUN.has(name));
  const place: { target?: unknown } = Object.fromEntries(Object.entries(flags).filter(isPlace));
  return {
    undo: (run, connection) => {
      const there = connection === undefined ? place : { ...place, ...above(place, connection), to: connection };
      return finishCommand(context, { undo: run, ...there }, undefined);
    },
    finish: (recorded, connection) => {
      const { target } = connection === undefined ? place : { ...place, ...above(place, connection) };
      const isSet = target === undefined || target === context.environment['DASHKEEP_TARGET'];
      return isSet || recorded.includes(' --target ') ? recorded : `${recorded} --target ${shellWord(String(target))}`;
    },
  };
}

/** A migration starts from the repository of its snapshots, above that of the connection, which lists it. */
function above({ target }: { target?: unknown }, name: string): { target?: string } {
  const below = targetOfConnection('', { name });
  const bare = typeof target === 'string' ? target.replace(/\/+$/, '') : '';
  return bare.endsWith(below) ? { target: bare.slice(0, -below.length) } : {};
}

function optionOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
