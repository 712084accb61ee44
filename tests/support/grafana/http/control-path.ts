/** Where a simulator in a process of its own takes orders; no Grafana has such a path. */
export const CONTROL_PATH = '/__simulator/';
