import { useEffect, useReducer } from 'react';
import { formatRelative, formatTime } from '../lib/format.ts';

/** How often the words are brought up to date, in milliseconds. */
const EVERY = 15_000;

/** "40 minutes ago", with the exact time on hover. Stays true while the page is open. */
export function RelativeTime({ time }: { time: string }) {
  const [, renew] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const timer = setInterval(renew, EVERY);
    return () => clearInterval(timer);
  }, []);
  return (
    <time dateTime={time} title={formatTime(time)}>
      {formatRelative(time)}
    </time>
  );
}
