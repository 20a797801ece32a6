'use server';

import { redirect } from 'next/navigation';
import { selfinfo } from '../lib/selfinfo';
import { findSession, forgetSession } from '../lib/session';

/** 取得した情報と、まだ残っているトークンを消す。Server Action の redirect() は 303 になる。 */
export async function forget(): Promise<void> {
  const session = await findSession();
  if (session !== undefined) {
    forgetSession(session);
    if (session.retrieval !== undefined) await selfinfo().discard(session.retrieval);
  }
  redirect('/');
}
