/** Crossfade's own database on a MySQL or MariaDB server; the tables in it that the stream looks at. */
export const CONTROL_SCHEMA_NAME = 'crossfade';
export const TAG_TABLE = 'tag';
export const MARK_TABLE = 'mark';
/** Where routers read which side they lead to. */
export const ROUTE_TABLE = 'route';
/** Where routers say what became of an application's reads. */
export const REPORT_TABLE = 'read_report';
/** Of the canary. */
export const TOKEN_TABLE = 'canary';
