import type { Text } from '../../texts.ts';

/** Why retention keeps a snapshot, or removes it. */
export const RETENTION_REASONS = {
  'no-rules': 'no rule is set, so all snapshots are kept',
  'newest-complete': 'newest complete snapshot',
  'newest-beyond-reach': 'last complete snapshot with organizations or kinds that the newest complete snapshot lacks',
  'kept-by-rule': { cli: '{rule}', page: 'kept by the rule {rule}' },
  'kept-within': 'at most {within} older than the newest complete snapshot',
  'kept-on-hold': 'on hold',
  'kept-foreign': 'untrusted: no trusted key signed it',
  'kept-future': 'dated in the future, because a clock was ahead',
  'kept-newer-partial': 'partial, but newer than any complete one',
  'kept-newer-shrunk': 'newer than any full one, although many resources are missing or different',
  'kept-until-accepted': 'retention is paused until someone accepts or reverts the changes that {snapshot} reports',
  'kept-to-undo': 'created before a restore or for a restore test, less than a week ago',
  'undo-time-over': 'created before a restore or for a restore test, more than a week ago',
  'older-partial': 'partial, and a newer complete snapshot exists',
  'older-shrunk': 'many resources are missing or different, and a newer full snapshot exists',
  'removed-by-id': 'removed by its ID',
  'kept-by-none': 'no rule keeps it',
} as const satisfies Record<string, Text>;
