/**
 * The API token as Grafana stores it for the app: behind the address that it is for. The manifest of the app has
 * Grafana's proxy send it only while the app is set to that address, so that nobody gets it by setting another one.
 */
export function boundToken(url: string, token: string): string {
  return `${url} ${token}`;
}
