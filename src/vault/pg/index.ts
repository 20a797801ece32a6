export type { PgConnection, PgPool, PgQueryable } from './database.js';
export { migrate } from './migrate.js';
export type { MigrateOptions, PgVaultOptions } from './schema.js';
export { createPgVaultStore } from './store.js';
