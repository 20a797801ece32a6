const invalidClient = { error: 'invalid_client', status: 401 } as const;

/** The refusals of a client that does not authenticate as it is registered. */
export const clientRefusals = {
  assertion_required: {
    ...invalidClient,
    en: 'This client is registered with keys: send client_assertion, and client_assertion_type={at}.',
    ja: 'このクライアントには鍵が登録されています。client_assertion と client_assertion_type={at} を送ってください。',
  },
  assertion_not_registered: {
    ...invalidClient,
    en: 'This client is registered without keys: do not send client_assertion, or register clientAuth.jwks.',
    ja: 'このクライアントには鍵が登録されていません。client_assertion を送らないか、clientAuth.jwks を登録してください。',
  },
  assertion_malformed: {
    ...invalidClient,
    en: 'client_assertion is not a signed JWT in compact form of at most 4 KiB.',
    ja: 'client_assertion が、4 KiB 以内のコンパクト形式の署名付き JWT ではありません。',
  },
  assertion_algorithm: {
    ...invalidClient,
    en: 'The alg of client_assertion must be {at} and match the key of its kid.',
    ja: 'client_assertion の alg には、kid の鍵に対応する {at} を指定してください。',
  },
  assertion_key_unknown: {
    ...invalidClient,
    en: 'The kid of client_assertion does not match any registered key.',
    ja: 'client_assertion の kid が、登録されたどの鍵とも一致しません。',
  },
  assertion_signature: {
    ...invalidClient,
    en: 'The key of the kid does not verify the signature of client_assertion. ES256: encode r and s as 32 bytes each, not as DER.',
    ja: 'client_assertion の署名を、kid の鍵で検証できません。ES256 は DER ではなく、r と s を各32バイトで並べてください。',
  },
  assertion_claim: {
    ...invalidClient,
    en: '{at} of client_assertion is missing or wrong. typ: client-authentication+jwt; iss and sub: client_id; aud: the issuer, as one string; exp: at most 300 seconds ahead; iat and nbf: not ahead; jti: 1 to 256 characters.',
    ja: 'client_assertion の {at} がないか、正しくありません。typ は client-authentication+jwt、iss と sub は client_id、aud は発行者（文字列1つ）、exp は300秒以内、iat と nbf は現在以前、jti は1〜256文字です。',
  },
  assertion_expired: {
    ...invalidClient,
    en: 'client_assertion has expired, or was issued more than 300 seconds ago: check the clock.',
    ja: 'client_assertion の期限が切れているか、発行から300秒を超えています。時計を確認してください。',
  },
  assertion_replayed: {
    ...invalidClient,
    en: 'The jti of client_assertion was used before: create a new assertion for every call.',
    ja: 'client_assertion の jti は使用済みです。呼び出しのたびに新しいアサーションを作成してください。',
  },
  secret_required: {
    ...invalidClient,
    en: 'This client is registered with a secret: send it only as {at}.',
    ja: 'このクライアントにはシークレットが登録されています。{at} の方法だけで送ってください。',
  },
  secret_not_registered: {
    ...invalidClient,
    en: 'This client is registered without a secret: do not send one, or register clientAuth.secret.',
    ja: 'このクライアントにはシークレットが登録されていません。送らないか、clientAuth.secret を登録してください。',
  },
  secret_malformed: {
    ...invalidClient,
    en: 'Form-urlencode client_id and secret, join them with a colon, and send the base64 of that as Authorization: Basic.',
    ja: 'client_id と secret をそれぞれ form-urlencode し、コロンでつないで base64 にした値を、Authorization: Basic で送ってください。',
  },
  secret_wrong: {
    ...invalidClient,
    en: 'The secret, or the client_id sent with it, does not match the registration.',
    ja: 'シークレット、または一緒に送られた client_id が、登録のものと一致しません。',
  },
  client_not_authenticated: {
    ...invalidClient,
    en: 'client_id is unknown, or this connection does not have its registered client certificate.',
    ja: 'client_id が登録されていないか、この接続のクライアント証明書が登録のものと一致しません。',
  },
} as const;
