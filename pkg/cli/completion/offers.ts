import { KIND_NAMES } from '../../contract/kinds.ts';

/** What a shell can propose for a value. */
export type Offer =
  | { type: 'words'; words: readonly string[] }
  /** Several of the words, with commas between them. */
  | { type: 'list'; words: readonly string[] }
  /** The person goes on typing behind the word. */
  | { type: 'beginnings'; words: readonly string[] }
  | { type: 'files' }
  /** Only the person can know. */
  | { type: 'nothing' };

const NOTHING: Offer = { type: 'nothing' };
const FILES: Offer = { type: 'files' };
const RESOURCES: Offer = { type: 'beginnings', words: KIND_NAMES.map((kind) => `${kind}/`) };
const LATEST: Offer = { type: 'words', words: ['latest'] };

/** By the flag; by the name that help gives to the value where there is no entry for its flag. */
const OFFERS: Readonly<Record<string, Offer>> = {
  '--kinds': { type: 'list', words: KIND_NAMES },
  '--orgs': { type: 'words', words: ['all'] },
  '--from': { type: 'words', words: ['latest', 'live'] },
  'kind/uid': RESOURCES,
  resource: RESOURCES,
  snapshot: LATEST,
  from: LATEST,
  to: { type: 'words', words: ['latest', 'live'] },
  file: FILES,
  path: FILES,
  directory: FILES,
  'yes|no': { type: 'words', words: ['yes', 'no'] },
};

/**
 * @param flag its long name; empty for an argument
 * @param name of the value, as help shows it
 * @param choices what the command says that it takes, if it does
 */
export function offerFor(flag: string, name: string, choices: readonly string[] | undefined): Offer {
  return choices === undefined ? (OFFERS[flag] ?? OFFERS[name] ?? NOTHING) : { type: 'words', words: choices };
}
