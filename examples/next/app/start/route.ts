import { seeOther } from '../../lib/see-other';
import { selfinfo } from '../../lib/selfinfo';
import { openSession } from '../../lib/session';
import { language, texts } from '../../lib/texts';

export async function POST(request: Request): Promise<Response> {
  const site = request.headers.get('sec-fetch-site') ?? 'none';
  if (site !== 'same-origin' && site !== 'none')
    return new Response(texts[await language()].foreign, { status: 403 });
  const session = await openSession();
  const { url, availability } = await selfinfo().beginConsent({ sessionBinding: session.id });
  // はじめの画面が理由を示す。
  return seeOther(availability.state === 'closed' ? '/' : url);
}
