import type { NavModelItem } from '@grafana/data';
import { Alert, EmptyState } from '@grafana/ui';
import type { ComponentType, ReactNode } from 'react';
import { useParams } from 'react-router';
import type { Settings } from '../../../pkg/contract/api/settings.ts';
import { AppPage } from '../../components/AppPage.tsx';
import { QueryView } from '../../components/QueryView.tsx';
import { useSettings } from '../../data/useSettings.ts';
import { useStatus } from '../../data/useStatus.ts';
import { useFocusOnChange } from '../../hooks/useFocusOnChange.ts';
import { t } from '../../lib/i18n.ts';
import { whoMay } from '../../lib/permissions.ts';
import { routes } from '../../lib/routes.ts';
import { noOutline } from '../../lib/styles.ts';
import { NotFound } from '../NotFound.tsx';
import { EncryptionForm } from './EncryptionForm.tsx';
import { NotificationsForm } from './Notifications/NotificationsForm.tsx';
import { RetentionForm } from './RetentionForm.tsx';
import { ScheduleForm } from './ScheduleForm.tsx';
import { ScopeForm } from './ScopeForm.tsx';
import { TargetForm } from './TargetForm.tsx';
import type { SectionProps } from './section.ts';
import { reasonText } from '../../lib/catalogue/reasons.ts';

const SECTIONS: Record<string, ComponentType<SectionProps>> = {
  target: TargetForm,
  schedule: ScheduleForm,
  scope: ScopeForm,
  retention: RetentionForm,
  encryption: EncryptionForm,
  notifications: NotificationsForm,
};

/** The service's settings, a tab for each section. */
export function SettingsPage() {
  const { section = 'target' } = useParams();
  const status = useStatus();
  const isHome = status.data?.caller.home;
  const query = useSettings(isHome === true);
  const titles: Record<string, string> = {
    target: t('settings.target', 'Target'),
    schedule: t('settings.schedule', 'Schedule'),
    scope: t('settings.scope', 'Backup scope'),
    retention: t('settings.retention', 'Retention'),
    encryption: t('settings.encryption', 'Encryption'),
    notifications: t('settings.notifications', 'Notifications'),
  };
  const Section = Object.hasOwn(SECTIONS, section) ? SECTIONS[section] : undefined;
  const pageNav: NavModelItem = {
    text: t('settings.title', 'Settings'),
    url: routes.settings(''),
    children: Object.keys(SECTIONS).map((name) => ({
      text: titles[name] ?? name,
      url: routes.settings(name),
      active: name === section,
    })),
  };
  if (Section === undefined) {
    return <NotFound />;
  }
  return (
    <AppPage pageNav={pageNav}>
      {isHome === false ? (
        <HomeOnly />
      ) : isHome === undefined ? (
        <QueryView query={status}>{() => null}</QueryView>
      ) : (
        <QueryView query={query}>
          {(settings) => (
            <>
              {!settings.writable && (
                <Alert
                  severity="info"
                  bottomSpacing={0}
                  title={t('settings.readOnly', 'You can change these settings only in the deployment')}
                >
                  {settings.readOnlyReason !== undefined &&
                    reasonText({ reason: settings.readOnlyReason, ...settings.readOnlyWhy })}
                </Alert>
              )}
              <Current label={titles[section] ?? section} settings={settings}>
                <Section key={`${section} ${settings.revision}`} settings={settings} />
              </Current>
            </>
          )}
        </QueryView>
      )}
    </AppPage>
  );
}

interface CurrentProps {
  label: string;
  settings: Settings;
  children: ReactNode;
}

/** The section that is shown: it is drawn again once it was saved, and then keeps the focus. */
function Current({ label, settings, children }: CurrentProps) {
  const section = useFocusOnChange<HTMLElement>(settings.revision);
  return (
    <section ref={section} tabIndex={-1} aria-label={label} className={noOutline}>
      {children}
    </section>
  );
}

/** What concerns all organizations is not for each of them to decide. */
function HomeOnly() {
  return (
    <EmptyState
      variant="completed"
      message={t('settings.homeOnly', 'Only the home organization can change these settings')}
    >
      {t('settings.homeOnlyText', 'These settings apply to all organizations.')} {whoMay('home')}
    </EmptyState>
  );
}
