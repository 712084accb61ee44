import { depth } from '../../budget.ts';
import { PROFILE_NAMES, type ProfileName } from './profiles.ts';

/**
 * The versions that logic is tried with: the oldest and the newest, which differ most; with depth every one. What
 * every kind does is always tried with every version (tests/kinds/every-kind.test.ts).
 */
export const TRIED_PROFILES: readonly ProfileName[] = depth() === 'all' ? PROFILE_NAMES : ['10.4', '13.2'];

/**
 * The versions that planning and storing are tried with: they deal with kinds, and each kind hides the versions from
 * them.
 */
export const ENGINE_PROFILES: readonly ProfileName[] = depth() === 'all' ? PROFILE_NAMES : ['13.2'];

/** Of versions, oldest first, the one that logic is tried with; with depth each. */
export function newestOf<P extends ProfileName>(...profiles: P[]): P[] {
  return depth() === 'all' ? profiles : profiles.slice(-1);
}
