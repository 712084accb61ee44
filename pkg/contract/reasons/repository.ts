/** What is wrong with a file of the repository. */
export const REPOSITORY_REASONS = {
  'config-damaged': '{key} in the target is damaged',
  'repository-twin': '{target} contains the repository of another target ({id})',
  'repository-replaced': 'another repository ({found}) has replaced {remembered} at {target}',
  'repository-emptied': 'the repository {remembered} and its snapshots are gone from {target}',
  'signatures-missing': 'signatures at {target} are missing or do not match: {missing}',
  'snapshot-lost': 'the newest snapshot {snapshot} is gone from {target}, and this installation did not remove it',
  'snapshot-future': 'snapshot {snapshot} is dated in the future, because a clock was ahead',
  'snapshot-newer': 'a newer Dashkeep wrote the newest snapshot {snapshot}, which this version cannot read',
  'snapshot-untrusted': 'no trusted key signed this snapshot (signer: {signer})',
  'config-foreign': 'Dashkeep did not write {key} in the target',
  'config-format': '{key} in the target has {format}; this version supports format 1',
  'repository-format':
    'the repository {remembered} at {target} was overwritten or upgraded: its configuration has {format}',
} as const;
