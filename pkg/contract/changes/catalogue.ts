import { DASHBOARD_CHANGES } from './dashboards.ts';
import { OTHER_CHANGES } from './others.ts';
import { fill, type ParamsOf } from '../texts.ts';

/**
 * Every change that a comparison of two versions of a resource names, by code, with its English text; other languages
 * are beside it (`../french.json`).
 */
export const CHANGES = { ...DASHBOARD_CHANGES, ...OTHER_CHANGES } as const;

export type ChangeCode = keyof typeof CHANGES;

/** The params that the sentence of a code is filled with. */
export type ChangeParams<Code extends ChangeCode> = Record<ParamsOf<(typeof CHANGES)[Code][1]>, string>;

/** Changes of values that are left out of a dashboard where they are as usual. */
const FROM_DEFAULT: readonly string[] = ['setting-values', 'timezone', 'panel-setting', 'panel-thresholds'];

/** What an empty value of a change represents. */
export function emptyMeans(code: string): 'default' | 'nothing' {
  return FROM_DEFAULT.includes(code) ? 'default' : 'nothing';
}

/** A change in English; of a code of a later release the code itself. */
export function changeSentence({ code, params }: { code: string; params: Record<string, string> }): string {
  if (!isKnown(code)) {
    return [code, ...Object.values(params)].join(' ');
  }
  return fill(CHANGES[code][1], params, emptyMeans(code));
}

function isKnown(code: string): code is ChangeCode {
  return Object.hasOwn(CHANGES, code);
}
