import { formatRelative, formatTime } from '../lib/format.ts';

/** "40 minutes ago", with the exact time on hover. */
export function RelativeTime({ time }: { time: string }) {
  return (
    <time dateTime={time} title={formatTime(time)}>
      {formatRelative(time)}
    </time>
  );
}
