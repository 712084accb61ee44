/** Where a simulator in its own process takes orders; no Grafana has such a path. */
export const CONTROL_PATH = '/__simulator/';
