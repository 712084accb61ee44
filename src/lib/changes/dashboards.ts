import type { DASHBOARD_CHANGES } from '../../../pkg/contract/changes/dashboards.ts';
import { t } from '../i18n.ts';
import type { Text } from '../reasons/text.ts';

/** What was done to a dashboard or library panel. */
export const DASHBOARD_TEXTS: Record<keyof typeof DASHBOARD_CHANGES, Text> = {
  migrated: (given) => t('difference.migrated', 'Migrated by Grafana (schema {{from}} → {{to}})', given),
  'older-schema': (given) =>
    t('difference.older-schema', 'In an older schema ({{from}} → {{to}}), which Grafana migrates again', given),
  converted: (given) => t('difference.converted', 'Converted by Grafana ({{from}} → {{to}})', given),
  normalised: () => t('difference.normalised', 'Saved again by Grafana; only defaults and derived values differ'),
  title: (given) => t('difference.title', 'Title changed from “{{before}}” to “{{after}}”', given),
  description: () => t('difference.description', 'Description changed'),
  tags: (given) => t('difference.tags', 'Tags changed: {{tags}}', given),
  'time-range': (given) => t('difference.time-range', 'Time range changed from {{before}} to {{after}}', given),
  refresh: (given) => t('difference.refresh', 'Auto refresh changed from {{before}} to {{after}}', given),
  timezone: (given) => t('difference.timezone', 'Time zone changed from {{before}} to {{after}}', given),
  setting: (given) => t('difference.setting', 'Setting {{name}} changed', given),
  'setting-values': (given) =>
    t('difference.setting-values', 'Setting {{name}} changed from {{before}} to {{after}}', given),
  'panel-added': (given) => t('difference.panel-added', 'Panel “{{panel}}” added', given),
  'panel-removed': (given) => t('difference.panel-removed', 'Panel “{{panel}}” removed', given),
  'panel-moved': (given) => t('difference.panel-moved', 'Panel “{{panel}}” moved', given),
  'panel-moved-to': (given) =>
    t('difference.panel-moved-to', 'Panel “{{panel}}” moved from “{{from}}” to “{{to}}”', given),
  'panel-moved-into': (given) => t('difference.panel-moved-into', 'Panel “{{panel}}” moved into “{{to}}”', given),
  'panel-moved-out': (given) => t('difference.panel-moved-out', 'Panel “{{panel}}” moved out of “{{from}}”', given),
  'panel-resized': (given) =>
    t('difference.panel-resized', 'Panel “{{panel}}” resized from {{before}} to {{after}}', given),
  'panel-title': (given) => t('difference.panel-title', 'Panel “{{before}}” renamed to “{{after}}”', given),
  'panel-type': (given) =>
    t('difference.panel-type', 'Panel “{{panel}}”: visualization changed from {{before}} to {{after}}', given),
  'panel-description': (given) => t('difference.panel-description', 'Panel “{{panel}}”: description changed', given),
  'panel-unit': (given) =>
    t('difference.panel-unit', 'Panel “{{panel}}”: unit changed from {{before}} to {{after}}', given),
  'panel-thresholds': (given) =>
    t('difference.panel-thresholds', 'Panel “{{panel}}”: thresholds changed from {{before}} to {{after}}', given),
  'panel-overrides': (given) => t('difference.panel-overrides', 'Panel “{{panel}}”: field overrides changed', given),
  'panel-links': (given) => t('difference.panel-links', 'Panel “{{panel}}”: links changed', given),
  'panel-repeat': (given) =>
    t('difference.panel-repeat', 'Panel “{{panel}}”: repeated by {{after}} instead of {{before}}', given),
  'panel-library': (given) =>
    t('difference.panel-library', 'Panel “{{panel}}”: library panel changed from {{before}} to {{after}}', given),
  'panel-content': (given) => t('difference.panel-content', 'Panel “{{panel}}”: text changed', given),
  'panel-setting': (given) =>
    t('difference.panel-setting', 'Panel “{{panel}}”: {{name}} changed from {{before}} to {{after}}', given),
  'panel-settings': (given) =>
    t('difference.panel-settings', 'Panel “{{panel}}”: other settings changed ({{names}})', given),
  'query-added': (given) => t('difference.query-added', 'Panel “{{panel}}”: query {{query}} added', given),
  'query-removed': (given) => t('difference.query-removed', 'Panel “{{panel}}”: query {{query}} removed', given),
  'query-text': (given) => t('difference.query-text', 'Panel “{{panel}}”: query {{query}} changed', given),
  'query-name': (given) =>
    t('difference.query-name', 'Panel “{{panel}}”: query {{before}} renamed to {{after}}', given),
  'query-hidden': (given) => t('difference.query-hidden', 'Panel “{{panel}}”: query {{query}} hidden', given),
  'query-shown': (given) => t('difference.query-shown', 'Panel “{{panel}}”: query {{query}} shown again', given),
  'query-source': (given) =>
    t(
      'difference.query-source',
      'Panel “{{panel}}”: query {{query}} asks data source {{after}} instead of {{before}}',
      given,
    ),
  'query-settings': (given) =>
    t('difference.query-settings', 'Panel “{{panel}}”: settings of query {{query}} changed ({{names}})', given),
  'queries-order': (given) => t('difference.queries-order', 'Panel “{{panel}}”: queries reordered', given),
  'transformation-added': (given) =>
    t('difference.transformation-added', 'Panel “{{panel}}”: transformation {{name}} added', given),
  'transformation-removed': (given) =>
    t('difference.transformation-removed', 'Panel “{{panel}}”: transformation {{name}} removed', given),
  'transformation-changed': (given) =>
    t('difference.transformation-changed', 'Panel “{{panel}}”: transformation {{name}} changed', given),
  'transformations-order': (given) =>
    t('difference.transformations-order', 'Panel “{{panel}}”: transformations reordered', given),
  'row-added': (given) => t('difference.row-added', 'Row “{{row}}” added', given),
  'row-removed': (given) => t('difference.row-removed', 'Row “{{row}}” removed', given),
  'row-title': (given) => t('difference.row-title', 'Row “{{before}}” renamed to “{{after}}”', given),
  'row-collapsed': (given) => t('difference.row-collapsed', 'Row “{{row}}” collapsed', given),
  'row-expanded': (given) => t('difference.row-expanded', 'Row “{{row}}” expanded', given),
  'row-moved': (given) => t('difference.row-moved', 'Row “{{row}}” moved', given),
  'row-repeat': (given) =>
    t('difference.row-repeat', 'Row “{{row}}”: repeated by {{after}} instead of {{before}}', given),
  'row-settings': (given) => t('difference.row-settings', 'Row “{{row}}”: settings changed ({{names}})', given),
  'tab-added': (given) => t('difference.tab-added', 'Tab “{{row}}” added', given),
  'tab-removed': (given) => t('difference.tab-removed', 'Tab “{{row}}” removed', given),
  'tab-title': (given) => t('difference.tab-title', 'Tab “{{before}}” renamed to “{{after}}”', given),
  'tab-moved': (given) => t('difference.tab-moved', 'Tab “{{row}}” moved', given),
  'tab-settings': (given) => t('difference.tab-settings', 'Tab “{{row}}”: settings changed ({{names}})', given),
  layout: (given) => t('difference.layout', 'Layout changed from {{before}} to {{after}}', given),
  'variable-added': (given) => t('difference.variable-added', 'Variable “{{name}}” added', given),
  'variable-removed': (given) => t('difference.variable-removed', 'Variable “{{name}}” removed', given),
  'variable-name': (given) => t('difference.variable-name', 'Variable “{{before}}” renamed to “{{after}}”', given),
  'variable-query': (given) => t('difference.variable-query', 'Variable “{{name}}”: query changed', given),
  'variable-value': (given) =>
    t('difference.variable-value', 'Variable “{{name}}”: saved value changed from {{before}} to {{after}}', given),
  'variable-settings': (given) =>
    t('difference.variable-settings', 'Variable “{{name}}”: settings changed ({{names}})', given),
  'variables-order': () => t('difference.variables-order', 'Variables reordered'),
  'annotation-added': (given) => t('difference.annotation-added', 'Annotation query “{{name}}” added', given),
  'annotation-removed': (given) => t('difference.annotation-removed', 'Annotation query “{{name}}” removed', given),
  'annotation-changed': (given) =>
    t('difference.annotation-changed', 'Annotation query “{{name}}” changed ({{names}})', given),
  'annotations-order': () => t('difference.annotations-order', 'Annotation queries reordered'),
  'link-added': (given) => t('difference.link-added', 'Link “{{name}}” added', given),
  'link-removed': (given) => t('difference.link-removed', 'Link “{{name}}” removed', given),
  'link-changed': (given) => t('difference.link-changed', 'Link “{{name}}” changed ({{names}})', given),
  'links-order': () => t('difference.links-order', 'Links reordered'),
};
