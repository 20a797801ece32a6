import type { CDPSession, Page } from 'playwright-core';

/**
 * A page as assistive technology reads it and a mouse meets it, through the debugger.
 *
 * The locators of Playwright first load a script into every document. On small pages that takes
 * longer than all the rest.
 */
export class Screen {
  readonly #page: Page;
  readonly #debug: Promise<CDPSession>;

  constructor(page: Page) {
    this.#page = page;
    this.#debug = page.context().newCDPSession(page);
  }

  /** Returns the value of an expression in the page. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result } = await this.#send('Runtime.evaluate', { expression, returnByValue: true });
    return result.value as T;
  }

  /** Returns the text of the one element with a role. */
  async text(role: string): Promise<string> {
    const [text = '', ...others] = await this.texts(role);
    if (others.length > 0) throw new Error(`there are ${others.length + 1} of role ${role}`);
    return text;
  }

  /** Returns the texts of all elements with a role, in order. */
  async texts(role: string): Promise<readonly string[]> {
    const nodes = await this.#nodes(role);
    return Promise.all(
      nodes.map(async ({ backendDOMNodeId = 0 }) =>
        this.#callOn<string>(await this.#objectOf(backendDOMNodeId), 'return this.textContent'),
      ),
    );
  }

  /** Whether assistive technology finds an element with a role whose name contains a text. */
  async shows(role: string, name: string): Promise<boolean> {
    return (await this.#named(role, name)).length > 0;
  }

  /** Whether the one box with a role whose name contains a text is checked. */
  async isChecked(role: string, name: string): Promise<boolean> {
    const { properties = [] } = await this.#one(role, name);
    return properties.some((one) => one.name === 'checked' && one.value.value === 'true');
  }

  /** Clicks on a box unless it is checked. */
  async check(role: string, name: string): Promise<void> {
    if (!(await this.isChecked(role, name))) await this.click(role, name);
  }

  /** Clicks with the mouse on the one element with a role whose name contains a text. */
  async click(role: string, name: string): Promise<void> {
    const { backendDOMNodeId = 0 } = await this.#one(role, name);
    await this.#clickOn(await this.#objectOf(backendDOMNodeId), `${role} ${name}`);
  }

  /** Clicks with the mouse on the first element that a selector finds. */
  async clickOn(selector: string): Promise<void> {
    const expression = `document.querySelector(${JSON.stringify(selector)})`;
    const { result } = await this.#send('Runtime.evaluate', { expression });
    await this.#clickOn(String(result.objectId), selector);
  }

  /** Puts the focus on a field by a click, and inserts a text at once. */
  async fill(role: string, name: string, text: string): Promise<void> {
    await this.click(role, name);
    await this.#page.keyboard.insertText(text);
  }

  async #clickOn(objectId: string, label: string): Promise<void> {
    const place = await this.#callOn<readonly [x: number, y: number] | null>(
      objectId,
      // A click on a label counts for its field.
      `this.scrollIntoView({ block: 'nearest', behavior: 'instant' });
       const { x, y, width, height } = this.getBoundingClientRect();
       const place = [x + width / 2, y + height / 2];
       const hit = document.elementFromPoint(...place);
       return this.contains(hit) || [...(this.labels ?? [])].some((one) => one.contains(hit)) ? place : null`,
    );
    if (place === null) throw new Error(`something covers ${label}`);
    const [x, y] = place;
    await this.#page.mouse.click(x, y);
  }

  async #one(role: string, name: string) {
    const nodes = await this.#named(role, name);
    const [node] = nodes;
    if (node === undefined || nodes.length > 1)
      throw new Error(`there are ${nodes.length} of role ${role} with the name ${name}`);
    return node;
  }

  async #named(role: string, name: string) {
    return (await this.#nodes(role)).filter((node) => String(node.name?.value).includes(name));
  }

  async #nodes(role: string) {
    const { result } = await this.#send('Runtime.evaluate', { expression: 'document' });
    const { nodes } = await this.#send('Accessibility.queryAXTree', {
      objectId: String(result.objectId),
      role,
    });
    return nodes.filter(({ ignored }) => !ignored);
  }

  async #objectOf(backendNodeId: number): Promise<string> {
    const { object } = await this.#send('DOM.resolveNode', { backendNodeId });
    return String(object.objectId);
  }

  async #callOn<T>(objectId: string, body: string): Promise<T> {
    const { result } = await this.#send('Runtime.callFunctionOn', {
      objectId,
      functionDeclaration: `function () { ${body} }`,
      returnByValue: true,
    });
    return result.value as T;
  }

  #send: CDPSession['send'] = async (method, params) => (await this.#debug).send(method, params);
}
