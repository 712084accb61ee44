// Sends a test notification with the settings in the first argument, and prints what came of it.
import { silentLog } from '../../../pkg/contract/ports.ts';
import { Notifier, type NotifierSettings } from '../../../pkg/service/notifications/notifier.ts';
import { realClock } from '../../support/ports.ts';

const settings = JSON.parse(process.argv[2] ?? '') as NotifierSettings;
const owners = { webhook: 'page', email: 'page' } as const;
const ports = { clock: realClock, log: silentLog };
const notifier = new Notifier({ settings: () => Promise.resolve(settings), owners, instance: 'here', ...ports });
process.stdout.write(JSON.stringify(await notifier.test(settings, new AbortController().signal)));
await notifier.stop();
