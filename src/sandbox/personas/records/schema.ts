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
 * An invented record as a client hands it to a schema: who holds it, as of which day
 * (`YYYY-MM-DD`), and its fields.
 */
export interface SampleRecord<F> {
  readonly holder: string;
  readonly asOf?: string | undefined;
  readonly fields: F;
}

/** An amount, null where there is none. */
export const yen = nullable(int());
/** `YYYY-MM-DD`. */
export const day = iso.date();
/** `YYYYMM`, as some holders keep their dates. */
export const month = string().regex(/^\d{4}(0[1-9]|1[0-2])$/);
/** The schema of a record with these fields; more may come. */
export const sample = <F extends ZodType>(fields: F) =>
  looseObject({ holder: string(), asOf: optional(day), fields });
