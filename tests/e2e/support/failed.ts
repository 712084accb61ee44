/** What the service answers when it fails by itself. */
export const FAILED = { error: { code: 'DK_INTERNAL', message: 'it failed', hint: '' } };
