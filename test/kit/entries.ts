interface Entry {
  readonly verifier?: string;
  readonly token?: string;
  readonly accepted?: {
    readonly processes?: readonly { readonly id: string }[];
    readonly reply?: { readonly body: string };
  };
}

/** Returns the secrets of an entry that the client stores, each with its kind. */
export function secretsOfEntry(value: string): readonly (readonly [string, string])[] {
  const { verifier, token, accepted }: Entry = JSON.parse(value);
  return [
    ...(verifier ? [['verifier', verifier] as const] : []),
    ...(token ? [['token', token] as const] : []),
    ...(accepted?.processes ?? []).map(({ id }) => ['process', id] as const),
    ...(accepted?.reply ? [['response', accepted.reply.body] as const] : []),
  ];
}
