import { EmptyState, LinkButton } from '@grafana/ui';
import { useLocation } from 'react-router';
import { AppPage } from '../components/AppPage.tsx';
import { t } from '../lib/i18n.ts';
import { routes } from '../lib/routes.ts';

/** An address that no page has: said, instead of showing another page. */
export function NotFound() {
  const { pathname } = useLocation();
  return (
    <AppPage pageNav={{ text: t('notFound.title', 'Page not found') }}>
      <EmptyState
        variant="not-found"
        message={t('notFound.message', 'This page does not exist')}
        button={
          <LinkButton href={routes.overview()} icon="shield" size="lg">
            {t('history.toOverview', 'Go to the overview')}
          </LinkButton>
        }
      >
        {t('notFound.text', 'Dashkeep has no page at {{path}}. The link may be outdated.', {
          path: pathname,
        })}
      </EmptyState>
    </AppPage>
  );
}
