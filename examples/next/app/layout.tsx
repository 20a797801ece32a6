import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { language, texts } from '../lib/texts';

export async function generateMetadata(): Promise<Metadata> {
  return { title: texts[await language()].title };
}

export default async function Layout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang={await language()}>
      <body>
        <main>{children}</main>
      </body>
    </html>
  );
}
