/** What is used of Google's own packages. */
export { GoogleAuth } from 'google-auth-library';
