import { css } from '@emotion/css';
import { Button, useStyles2, type ButtonProps } from '@grafana/ui';
import { useOpenPreview } from '../../data/usePreviews.ts';
import { t } from '../../lib/i18n.ts';
import { ServiceNotice } from '../problems/ServiceNotice.tsx';
import { PreviewNotice } from './PreviewNotice.tsx';

interface Props extends Pick<ButtonProps, 'size'> {
  snapshot: string;
  /** Of a dashboard. */
  uid: string;
}

/** The last button of a row that wraps; below it, once it was clicked, the temporary copy or why there is none. */
export function OpenAsItWas({ snapshot, uid, size }: Props) {
  const styles = useStyles2(getStyles);
  const preview = useOpenPreview();
  return (
    <>
      <Button
        size={size}
        variant="secondary"
        icon="eye"
        disabled={preview.isPending}
        tooltip={t(
          'resource.previewText',
          'Creates a copy of the dashboard that only admins can see. It is removed after an hour.',
        )}
        onClick={() => preview.mutate({ snapshot, uid })}
      >
        {t('resource.preview', 'Open as it was')}
      </Button>
      {(preview.error !== null || preview.data !== undefined) && (
        <div className={styles.below}>
          {preview.error !== null && <ServiceNotice error={preview.error} />}
          {preview.data !== undefined && <PreviewNotice preview={preview.data} onRemoved={preview.reset} />}
        </div>
      )}
    </>
  );
}

const getStyles = () => ({
  below: css({ flexBasis: '100%', minWidth: 0 }),
});
