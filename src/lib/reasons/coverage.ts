import type { COVERAGE_REASONS } from '../../../pkg/contract/reasons/snapshots/coverage.ts';
import { t } from '../i18n.ts';
import { withKinds, type Text } from './text.ts';

/** What a backup covers, and what to do about the rest. */
export const COVERAGE_TEXTS: Record<keyof typeof COVERAGE_REASONS, Text> = {
  'covers-every-org': (given) => t('reason.covers-every-org', '{{read}} of {{existing}} organizations', given),
  'covers-orgs': (given) =>
    t(
      'reason.covers-orgs',
      '{{read}} of {{existing}} organizations; not included, because others were selected: {{orgs}}',
      given,
    ),
  'covers-own-org': (given) =>
    t(
      'reason.covers-own-org',
      '{{read}} of {{existing}} organizations; not included, because the settings ask for one organization: {{orgs}}',
      given,
    ),
  'covers-unknown-orgs': (given) =>
    t('reason.covers-unknown-orgs', 'organizations: {{read}} (a token does not show whether there are others)', given),
  'covers-counted-orgs': (given) => t('reason.covers-counted-orgs', 'organizations: {{read}}', given),
  'covers-kinds': (given) => t('reason.covers-kinds', '{{read}} of {{existing}} kinds', given),
  'lacks-server-kinds': (given) =>
    t(
      'reason.lacks-server-kinds',
      'not included, because only a server admin can read them: {{kinds}}',
      withKinds(given),
    ),
  'lacks-unselected': (given) =>
    t('reason.lacks-unselected', 'not included, because the settings leave them out: {{kinds}}', withKinds(given)),
  'lacks-failed': (given) =>
    t('reason.lacks-failed', 'not read because of errors: {{count}} ({{kinds}})', withKinds(given)),
  'include-orgs': () =>
    t(
      'reason.include-orgs',
      'To include them, the deployment has to select all organizations. To leave them out on purpose, it has to select the others. A token reaches one organization only.',
    ),
  'include-server-kinds': (given) =>
    t(
      'reason.include-server-kinds',
      'To include them, give the service the name and password of a server admin, and set the target in the deployment. To leave them out on purpose, exclude them in the settings.',
      given,
    ),
  'snapshot-shrunk': (given) => t('reason.snapshot-shrunk', 'Much of snapshot {{since}} is missing: {{losses}}', given),
  'last-full': (given) => t('reason.last-full', 'The last full snapshot before {{snapshot}} is {{full}}', given),
  'latest-not-full': (given) =>
    t(
      'reason.latest-not-full',
      'The latest snapshot {{snapshot}} is {{state}}. The last full one is {{full}}',
      withState(given),
    ),
  'latest-never-full': (given) =>
    t(
      'reason.latest-never-full',
      'The latest snapshot {{snapshot}} is {{state}}, and there is no full one',
      withState(given),
    ),
  'latest-narrower': (given) =>
    t(
      'reason.latest-narrower',
      'The latest snapshot {{snapshot}} was asked for less than the earlier one {{full}}. It lacks {{lacks}}',
      given,
    ),
  'accept-loss': (given) =>
    t(
      'reason.accept-loss',
      'If it was deleted on purpose, accept it with the button, or with {{command}}. If not, restore snapshot {{since}}.',
      given,
    ),
  'name-by-id': () => t('reason.name-by-id', 'Name the snapshot that you want by its ID.'),
  'plan-leaves-orgs': (given) => t('reason.plan-leaves-orgs', 'Not part of this plan: organization {{orgs}}', given),
};

function withState({ state = '', ...given }: Record<string, string>): Record<string, string> {
  const words: Record<string, string> = {
    partial: t('coverage.partial', 'partial'),
    shrunk: t('coverage.shrunk', 'much smaller than before'),
  };
  return {
    ...given,
    state: state
      .split(', ')
      .map((word) => words[word] ?? word)
      .join(', '),
  };
}
