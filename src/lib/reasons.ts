import { t } from './i18n.ts';

/** The reasons that most items of a plan have, as the service writes them, in the user's words. */
const KNOWN: [RegExp, (found: string[]) => string][] = [
  [/^is missing$/, () => t('reason.missing', 'It is not there any more')],
  [/^as in the snapshot$/, () => t('reason.same', 'It is as in the snapshot')],
  [/^as a copy$/, () => t('reason.copy', 'As a copy')],
  [/^differs from the snapshot$/, () => t('reason.differs', 'It was changed since')],
  [/^is there and differs;/, () => t('reason.kept', 'It is there and differs; overwriting is off')],
  [
    /^managed by (.+), which would undo it;/,
    ([, manager = '']) => t('reason.managed', 'Kept by {{manager}}, which would undo it', { manager }),
  ],
  [/^is not copied: /, () => t('reason.notCopied', 'Copies use the one that is there')],
  [/are kept for reading only;/, () => t('reason.archived', 'Kept for reading only; Grafana does not take it back')],
  [
    /are restored only when asked for by name$/,
    () => t('reason.onRequest', 'Only restored when its kind or it itself is chosen'),
  ],
  [
    /^needs the (.+), which is not there/,
    ([, what = '']) => t('reason.needs', 'Needs the {{what}}, which is not there', { what }),
  ],
  [/^not in the snapshot$/, () => t('reason.extra', 'It is not in the snapshot')],
];

/** Whether something is left alone only because overwriting was not asked for. */
export function isLeftAsDiffering(reason: string): boolean {
  return /exists and differs|there and differs/.test(reason);
}

/** A reason of the service for people in front of a page: without what to type on the command line. */
export function reasonText(reason: string): string {
  for (const [pattern, text] of KNOWN) {
    const found = pattern.exec(reason);
    if (found !== null) {
      return text(found);
    }
  }
  return reason.replace(/; (add it with )?--.*$/, '');
}
