import pino from 'pino';
import type { Log } from '../contract/ports.ts';

export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type Level = (typeof LEVELS)[number];

/** Names of members that never belong into a log, at any depth that our own code logs. */
export const SECRET_MEMBERS: readonly string[] = [
  'authorization',
  'password',
  'token',
  'secret',
  'secrets',
  'key',
  'identity',
  'accessKeyId',
  'secretAccessKey',
  'sessionToken',
  'webhookUrl',
  'cookie',
];

/** JSON lines. What goes in holds no secret already; redaction is the second lock on that door. */
export function jsonLog(level: Level, write: (line: string) => void): Log {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: SECRET_MEMBERS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
        censor: '[redacted]',
      },
    },
    { write },
  );
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
  };
}
