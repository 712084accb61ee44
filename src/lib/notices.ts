import { t } from './i18n.ts';

/** Something to know about the whole service: what it is, and what to do. */
interface Notice {
  title: string;
  advice: string;
}

/** The service's warning about an organization that no backup covers, in the user's words; undefined for any other message. */
export function noticeText(message: string): Notice | undefined {
  const [, id, name] = /^Organization (\d+) '(.*)' is not backed up$/.exec(message) ?? [];
  return id === undefined || name === undefined
    ? undefined
    : {
        title: t('notice.notCovered', 'The organization {{name}} ({{id}}) is not backed up', { id, name }),
        advice: t('notice.notCoveredAdvice', 'Ask whoever runs Dashkeep to include it.'),
      };
}
