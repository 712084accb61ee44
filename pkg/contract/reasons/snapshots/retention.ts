/** Why retention keeps a snapshot, or removes it. */
export const RETENTION_REASONS = {
  'no-rules': 'no rule: all snapshots are kept',
  'newest-complete': 'newest complete',
  'kept-by-rule': '{rule}',
  'kept-within': 'within {within}',
  'kept-foreign': 'foreign: no trusted key signed it',
  'kept-future': 'from the future: a clock that was ahead dated it',
  'kept-newer-partial': 'partial, but newer than any complete one',
  'kept-newer-shrunk': 'much smaller than before, but newer than any full one',
  'kept-to-undo': '{trigger}, less than a week old',
  'undo-time-over': '{trigger}, more than a week old',
  'older-partial': 'partial, and there is a newer complete one',
  'older-shrunk': 'much smaller than before, and there is a newer full one',
  'removed-by-id': 'removed by its ID',
  'kept-by-none': 'no rule keeps it',
} as const;
