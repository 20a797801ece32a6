import type { ItemCode } from '../catalog/item-codes.js';
import type { Method } from './inquiry.js';

/**
 * The part of https://standardschema.dev that this package needs. Schemas of zod, valibot, arktype
 * and others fit, in any copy.
 */
export interface StandardSchema<I = unknown, O = I> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => unknown;
    readonly types?: { readonly input: I; readonly output: O } | undefined;
  };
}

/** A record without a schema: who holds it, its date, and its fields (取得項目) as received. */
export interface OpenRecord {
  readonly holder: string;
  readonly asOf?: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Properties of every item. */
export interface ItemBase {
  /**
   * The detail (分野詳細) that the item belongs to: of table 2.5-5, or of an extended catalogue. It
   * determines who holds the data, and therefore the hours.
   */
  readonly detail: string;
  /** The item's code (特定個人情報名コード), `TM` and 14 digits. Production requires it. */
  readonly code?: ItemCode;
  /**
   * The holders whose data the service needs, all of them. The calendar asks about these only.
   * Default: any of the detail's holders, whichever holds this person's data.
   */
  readonly holders?: readonly string[];
  /**
   * A synchronous Standard Schema of one record. It receives an {@link OpenRecord}. Default: open
   * records.
   */
  readonly record?: StandardSchema;
}

/**
 * An item (特定個人情報名) as registered: its detail, the allowed inquiry methods, and the field that
 * determines the latest record.
 */
export type ItemSpec = ItemBase &
  (
    | { readonly inquiries: readonly Method[]; readonly latestBy: string }
    | { readonly inquiries: readonly Exclude<Method, 'latest'>[]; readonly latestBy?: undefined }
  );

/** A service as on the registration sheet (サービス情報設定シート), the same in every environment. */
export interface ServiceSpec {
  readonly name: string;
  /** The purpose of use: an id for programs, and the text that the citizen reads. */
  readonly purpose: { readonly id: string; readonly text: string };
  /**
   * The retention period: data is kept until the JST midnight that ends the `days`-th day after the
   * day of consent.
   */
  readonly retention: { readonly days: number };
  /** The items by a key that you choose. The key `method` is reserved. */
  readonly items: { readonly [key: string]: ItemSpec };
}

/** The type that `reveal()` returns for an item: the output of its schema, or open records. */
export type RecordOf<I> = I extends {
  readonly record: {
    readonly '~standard': { readonly types?: { readonly output: infer O } | undefined };
  };
}
  ? O
  : OpenRecord;
