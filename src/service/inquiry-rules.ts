import type { Catalog, DetailIdOf, ServerIdOf } from '../catalog/catalog.js';
import type { Inquiry, Method } from './inquiry.js';
import type { ItemBase, ServiceSpec } from './spec.js';

// Rules that the compiler checks. Where a rule is broken, the type asked for is a text that names
// the mistake, so that the first line of the error shows it.

/** The key under which the type of a service holds its rules. No such value exists at run time. */
export declare const inquiryRules: unique symbol;

type InquiryBy<M extends Method> = Extract<Inquiry, { readonly method: M }>;
type MethodsOf<I extends { readonly inquiries: readonly Method[] }> = I['inquiries'][number];

/** The items of a service that do not register a method. */
type ItemsWithout<S extends ServiceSpec, M extends Method> = {
  [K in keyof S['items'] & string]: M extends MethodsOf<S['items'][K]> ? never : K;
}[keyof S['items'] & string];

/**
 * What one inquiry for all items must be: the inquiry, or the text of the mistake. A service that was
 * loaded as data is checked at run time.
 */
export type InquiryRule<S extends ServiceSpec, M extends Method> = string extends keyof S['items']
  ? InquiryBy<M> | string
  : [ItemsWithout<S, M>] extends [never]
    ? InquiryBy<M>
    : `The item '${ItemsWithout<S, M>}' does not register the inquiry '${M}'.`;

/** Inquiries by item key. An item that is left out, or undefined, is not requested. */
export interface InquiriesByItem {
  readonly [item: string]: Inquiry | undefined;
}

/**
 * Checks an inquiry against a service at compile time: one inquiry that every item registers, or
 * one per item. The first line of the error names the item or the method that is wrong.
 */
export type CheckedInquiry<
  S extends ServiceSpec & { readonly [inquiryRules]: Readonly<Record<Method, unknown>> },
  Q,
> = Q extends { readonly method: infer M extends Method }
  ? S[typeof inquiryRules][M]
  : {
      readonly [K in keyof Q]: K extends 'method'
        ? undefined
        : K extends keyof S['items']
          ? CheckedMethod<K & string, MethodsOf<S['items'][K]>, Q[K]>
          : `'${K & string}' is not an item of this service.`;
    };

type CheckedMethod<K extends string, Registered extends Method, Q> = Q extends {
  readonly method: infer M extends Method;
}
  ? M extends Registered
    ? Q
    : `The item '${K}' does not register the inquiry '${M}'.`
  : Q;

/** A service before it is known that each item with the inquiry `latest` declares `latestBy`. */
export interface ServiceInput extends Omit<ServiceSpec, 'items'> {
  readonly items: {
    readonly [key: string]: ItemBase & {
      readonly inquiries: readonly Method[];
      readonly latestBy?: string | undefined;
    };
  };
}

/**
 * The ids that a service may name: details and servers of the catalogue. A bound of the service and
 * not part of the parameter, so that the compiler suggests the id that was meant.
 */
export type KnownIds<S extends ServiceInput, C extends Catalog> = {
  readonly items: {
    readonly [K in keyof S['items']]: {
      readonly detail: DetailOf<S['items'][K], C>;
      readonly holders?: HoldersOf<S['items'][K], C>;
    };
  };
};

/** Checks at compile time that an item with the inquiry `latest` declares `latestBy`. */
export type NamesLatestBy<S extends ServiceInput> = {
  readonly items: { readonly [K in keyof S['items']]: LatestByOf<S['items'][K]> };
};

/** What the detail of an item must be. One that was loaded as data is checked at run time. */
type DetailOf<I, C extends Catalog> = I extends { readonly detail: infer D }
  ? string extends D
    ? string
    : DetailIdOf<C>
  : DetailIdOf<C>;

type HoldersOf<I, C extends Catalog> = I extends { readonly holders?: readonly (infer H)[] }
  ? string extends H
    ? readonly string[]
    : readonly ServerIdOf<C>[]
  : readonly ServerIdOf<C>[];

type LatestByOf<I> = I extends { readonly latestBy: string }
  ? unknown
  : I extends { readonly inquiries: readonly (infer M)[] }
    ? 'latest' extends M
      ? {
          readonly latestBy: "The inquiry 'latest' needs latestBy: the field that decides which record is the latest.";
        }
      : unknown
    : unknown;
