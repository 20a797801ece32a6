import { int, iso, looseObject, nullable, optional, string, type ZodType } from 'zod';

/**
 * A schema of one record, as https://standardschema.dev describes it: `record` of an item takes it.
 */
export interface RecordSchema<R> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    /** Checks one record. */
    readonly validate: (value: unknown) => unknown;
    readonly types?: { readonly input: R; readonly output: R } | undefined;
  };
}

/**
 * An invented record as the client passes it to a schema: its holder, its day (`YYYY-MM-DD`) and
 * its fields.
 */
export interface SampleRecord<F> {
  readonly holder: string;
  readonly asOf?: string | undefined;
  readonly fields: F;
}

/** An amount, or null if there is no amount. */
export const yen = nullable(int());
/** `YYYY-MM-DD`. */
export const day = iso.date();
/** `YYYYMM`: some holders store months only. */
export const month = string().regex(/^\d{4}(0[1-9]|1[0-2])$/);
/** Returns the schema of a record with these fields. More fields are allowed. */
export const sample = <F extends ZodType>(fields: F) =>
  looseObject({ holder: string(), asOf: optional(day), fields });
