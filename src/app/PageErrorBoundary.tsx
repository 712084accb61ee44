import { Alert, Button, Stack } from '@grafana/ui';
import { Component, type ErrorInfo, type ReactNode } from 'react';
import { t } from '../lib/i18n.ts';

const RELOADED = 'dashkeep.reloaded';
const RELOAD_PAUSE = 60_000;

interface Props {
  children: ReactNode;
  /** What broke is tried again when this changes: the place in the app. */
  place?: string;
}

interface State {
  error?: Error;
  /** The page goes away in a moment. */
  reloading?: boolean;
}

/** A chunk that is gone: the app was updated while this page was open. */
function isStale(error: Error): boolean {
  // eslint-disable-next-line no-restricted-syntax -- webpack and browsers have no code for it
  return error.name === 'ChunkLoadError' || /loading (css )?chunk|dynamically imported module/i.test(error.message);
}

/**
 * Catches what breaks while rendering. After an update of the app the page is loaded again, once automatically and then
 * by hand, so that a broken server can't make it reload for ever.
 */
export class PageErrorBoundary extends Component<Props, State> {
  override state: State = {};

  static getDerivedStateFromError(error: Error): State {
    return { error };
  }

  override componentDidUpdate(before: Props): void {
    if (this.state.error !== undefined && before.place !== this.props.place) {
      this.setState({ error: undefined });
    }
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    const lastReload = Number(sessionStorage.getItem(RELOADED));
    if (isStale(error) && Date.now() - lastReload > RELOAD_PAUSE) {
      sessionStorage.setItem(RELOADED, String(Date.now()));
      this.setState({ reloading: true });
      window.location.reload();
      return;
    }
    console.error('Dashkeep', error, info.componentStack);
  }

  override render(): ReactNode {
    const { error, reloading } = this.state;
    if (reloading === true) {
      return null;
    }
    if (error === undefined) {
      return this.props.children;
    }
    const stale = isStale(error);
    return (
      <Alert
        severity="error"
        title={
          stale
            ? t('boundary.stale', 'Dashkeep was updated while this page was open')
            : t('boundary.broken', 'This page failed')
        }
      >
        <Stack direction="column" gap={1} alignItems="flex-start">
          <span>
            {stale
              ? t('boundary.staleText', 'Reload the page to get the new version.')
              : t('boundary.brokenText', 'Your snapshots are not affected. The browser console has the details.')}
          </span>
          <Button size="sm" variant="secondary" icon="sync" onClick={() => window.location.reload()}>
            {t('boundary.reload', 'Reload the page')}
          </Button>
        </Stack>
      </Alert>
    );
  }
}
