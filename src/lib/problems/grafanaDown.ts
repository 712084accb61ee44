import { t } from '../i18n.ts';

/** Title and text of a notice while Grafana does not respond: without imports that a page could lack then. */
export function grafanaDown(): [title: string, text: string] {
  return [
    t('notice.grafana', 'Grafana is not responding'),
    t(
      'notice.grafanaText',
      'Grafana is down or restarting, or your browser lost its connection. Your snapshots are not affected. This page resumes automatically when Grafana responds.',
    ),
  ];
}
