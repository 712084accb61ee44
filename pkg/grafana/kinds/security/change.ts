import { compact } from '../../../contract/compact.ts';
import type { SecurityChange, SecurityCode } from '../../../contract/plan.ts';

/** Longer values are cut: a plan is read by people. */
const MOST = 500;
/** A password within an address. */
const PASSWORD = /^([a-z][a-z0-9+.-]*:\/\/[^/?#@:]*):[^/?#@]*@/i;

/** A change of security with those of the parameters that are known, and no password among them. */
export function securityChange(code: SecurityCode, params: Record<string, string | undefined>): SecurityChange {
  const known = Object.entries(params).flatMap(([name, value]) => (value === undefined ? [] : [[name, shown(value)]]));
  return { code, params: Object.fromEntries(known) as Record<string, string> };
}

function shown(value: string): string {
  const open = value.replace(PASSWORD, '$1:***@');
  return open.length > MOST ? `${open.slice(0, MOST)}…` : open;
}

/** What differs between two sets of named values, by name; a name that only one side has is absent on the other. */
export function differences(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): { field: string; before?: string; after?: string }[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names.flatMap((field) => {
    const [was, is] = [before.get(field), after.get(field)];
    return was === is ? [] : [compact({ field, before: was, after: is })];
  });
}

/** How a switch is written in the parameters of a change. */
export function switchText(on: unknown): 'yes' | 'no' {
  return on === true ? 'yes' : 'no';
}
