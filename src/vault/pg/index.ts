export {
  createPgVaultStore,
  migrate,
  type PgConnection,
  type PgPool,
  type PgQueryable,
  type PgVaultOptions,
} from './store.js';
