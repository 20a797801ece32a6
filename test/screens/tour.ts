import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** One page of a demo in one state, and the one way to reach it. */
export interface Screen<Stage> {
  readonly name: string;
  /** The screen to come from. Without it, the way starts at the beginning. */
  readonly after?: string;
  /** How the Japanese heading begins, by which the screen is recognized. */
  readonly heading: string;
  /** The page says that something was typed or chosen wrongly. */
  readonly faulty?: true;
  reach(stage: Stage): Promise<unknown>;
}

export type ScreenFacts = Omit<Screen<never>, 'reach'>;

/** A size of the window, and what a person set in the browser or on the machine. */
export interface Look {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly scheme?: 'dark';
  readonly contrast?: true;
}

export interface Tour {
  readonly name: string;
  readonly languages: readonly string[];
  readonly looks: readonly Look[];
  readonly screens: readonly ScreenFacts[];
  /**
   * Visits the screens in one language, or only those whose name begins so. Throws if one cannot be
   * reached.
   */
  visit(
    browser: Browser,
    language: string,
    look: (screen: ScreenFacts, page: Page) => Promise<unknown>,
    beginning?: string,
  ): Promise<void>;
}

/** A demo that is running, and a page that shows it. */
export interface Running<Stage> {
  readonly stage: Stage;
  /** Goes back to the beginning. */
  restart(): Promise<unknown>;
  close(): Promise<unknown>;
}

export interface TourOptions<Stage> extends Omit<Tour, 'visit' | 'screens'> {
  readonly screens: readonly Screen<Stage>[];
  start(page: Page, language: string): Promise<Running<Stage>>;
}

const locales: Readonly<Record<string, string>> = { ja: 'ja-JP', en: 'en-US' };
/** After this time a screen counts as out of reach. */
const REACH_MS = 30_000;

export function createTour<Stage>({ start, screens, ...facts }: TourOptions<Stage>): Tour {
  /** Returns a screen and the ones before it, the first one first. */
  function wayTo(screen: Screen<Stage>): Screen<Stage>[] {
    if (screen.after === undefined) return [screen];
    const before = screens.find(({ name }) => name === screen.after);
    if (before === undefined) throw new Error(`${screen.name} comes after an unknown screen.`);
    return [...wayTo(before), screen];
  }

  return {
    ...facts,
    screens,
    async visit(browser, language, look, beginning = '') {
      const [first] = facts.looks;
      const options: BrowserContextOptions = {
        locale: locales[language] ?? 'ja-JP',
        // Otherwise a look is seen while its colours change.
        reducedMotion: 'reduce',
        ...(first && { viewport: { width: first.width, height: first.height } }),
      };
      const context = await browser.newContext(options);
      context.setDefaultTimeout(REACH_MS);
      const page = await context.newPage();
      const running = await start(page, language);
      let at: string | undefined;
      for (const screen of screens.filter(({ name }) => name.startsWith(beginning))) {
        const goesOn = at !== undefined && screen.after === at;
        if (!goesOn) await running.restart();
        for (const step of goesOn ? [screen] : wayTo(screen))
          await step.reach(running.stage).catch((cause) => {
            throw new Error(`${facts.name}: ${step.name} cannot be reached.`, { cause });
          });
        at = screen.name;
        const heading = (await page.locator('h1').first().innerText()).trim();
        if (language === 'ja' && !heading.startsWith(screen.heading))
          throw new Error(`${facts.name}: ${screen.name} shows "${heading}".`);
        await look(screen, page);
      }
      await context.close();
      await running.close();
    },
  };
}

/** Gives the page a look. Texts, fields and focus stay. */
export async function dress(page: Page, { width, height, scheme, contrast }: Look): Promise<void> {
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme: scheme ?? 'light' });
  // The class by which the kiosk inverts its colours.
  await page.evaluate(
    `document.documentElement.classList.toggle('contrast', ${contrast === true})`,
  );
}

/** Small and large windows, light and dark: for pages in a browser of the citizen's. */
export const phone: Look = { name: 'phone', width: 375, height: 812 };
export const phoneDark: Look = { ...phone, name: 'phone-dark', scheme: 'dark' };
const desktop: Look = { name: 'desktop', width: 1280, height: 800 };
export const desktopDark: Look = { ...desktop, name: 'desktop-dark', scheme: 'dark' };
export const browserLooks = [phone, phoneDark, desktop, desktopDark];
