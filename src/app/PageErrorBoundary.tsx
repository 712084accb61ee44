import { Alert, Button, Stack } from '@grafana/ui';
import { Component, type ErrorInfo, type ReactNode } from 'react';
import { grafanaAnswers } from '../api/grafanaAnswers.ts';
import { t } from '../lib/i18n.ts';
import { grafanaDown } from '../lib/problems/grafanaDown.ts';

const RELOADED = 'dashkeep.reloaded';
const RELOAD_PAUSE = 60_000;

/** How often is asked again while Grafana does not answer, in milliseconds. */
const AGAIN = 3_000;

interface Props {
  children: ReactNode;
  /** What broke is tried again when this changes: the place in the app. */
  place?: string;
}

interface State {
  error?: Error;
  /** The page goes away in a moment. */
  reloading?: boolean;
  /** Grafana does not answer: that is why a part of the app is missing. */
  away?: boolean;
}

/** A chunk that does not come: the app was updated while this page was open, or Grafana is down. */
function isStale(error: Error): boolean {
  // oxlint-disable-next-line dashkeep/syntax -- webpack and browsers have no code for it
  return error.name === 'ChunkLoadError' || /loading (css )?chunk|dynamically imported module/i.test(error.message);
}

/**
 * Catches what breaks while rendering. After an update of the app the page is loaded again, once automatically and then
 * by hand, so that a broken server can't make it reload for ever. While Grafana is down, it waits: a page that is
 * loaded then is the browser's.
 */
export class PageErrorBoundary extends Component<Props, State> {
  override state: State = {};
  #timer: ReturnType<typeof setTimeout> | undefined;

  static getDerivedStateFromError(error: Error): State {
    return { error };
  }

  override componentDidUpdate(before: Props): void {
    if (this.state.error !== undefined && before.place !== this.props.place) {
      clearTimeout(this.#timer);
      this.setState({ error: undefined, away: false });
    }
  }

  override componentWillUnmount(): void {
    clearTimeout(this.#timer);
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    const lastReload = Number(sessionStorage.getItem(RELOADED));
    if (isStale(error) && Date.now() - lastReload > RELOAD_PAUSE) {
      this.setState({ reloading: true });
      void this.#reload();
      return;
    }
    console.error('Dashkeep', error, info.componentStack);
  }

  /** As soon as Grafana answers. */
  async #reload(): Promise<void> {
    const answers = await grafanaAnswers();
    if (this.state.error === undefined) {
      return;
    }
    if (answers) {
      sessionStorage.setItem(RELOADED, String(Date.now()));
      window.location.reload();
      return;
    }
    this.setState({ reloading: false, away: true });
    this.#timer = setTimeout(() => void this.#reload(), AGAIN);
  }

  override render(): ReactNode {
    const { error, reloading, away } = this.state;
    if (reloading === true) {
      return null;
    }
    if (error === undefined) {
      return this.props.children;
    }
    if (away === true) {
      const [title, text] = grafanaDown();
      return (
        <Alert severity="error" title={title}>
          {text}
        </Alert>
      );
    }
    const stale = isStale(error);
    return (
      <Alert
        severity="error"
        title={
          stale
            ? t('boundary.stale', 'Dashkeep was updated while this page was open')
            : t('boundary.broken', 'This page stopped working')
        }
      >
        <Stack direction="column" gap={1} alignItems="flex-start">
          <span>
            {stale
              ? t('boundary.staleText', 'Reload the page to get the new version.')
              : t('boundary.brokenText', 'Your snapshots are not affected. See the browser console for details.')}
          </span>
          <Button size="sm" variant="secondary" icon="sync" onClick={() => window.location.reload()}>
            {t('boundary.reload', 'Reload the page')}
          </Button>
        </Stack>
      </Alert>
    );
  }
}
