// codecs/pages.ts の相手となるポータル。1ページにレコードを1件だけ入れる。
import type { SandboxCodec } from 'myna-selfinfo/sandbox';
import { publicRequest } from './public-request.js';

export const pagesPortal: SandboxCodec = async (request, next) => {
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === '/request') return next(request);
  const response = await next(publicRequest(request, pathname, JSON.parse(await request.text())));
  const result = JSON.parse(await response.text());
  if (!response.ok || result.process_status !== 'DONE') return Response.json(result, response);
  // レコードのない項目も1ページとする。
  const pages = result.selfPersonalData.flatMap(
    ({ record_list: records, ...item }: { record_list?: readonly unknown[] }) =>
      records ? records.map((record) => ({ ...item, record_list: [record] })) : [item],
  );
  const at = Number(searchParams.get('page') ?? '0');
  return Response.json({
    ...result,
    selfPersonalData: [pages[at]],
    ...(at + 1 < pages.length && { next_page: String(at + 1) }),
  });
};
