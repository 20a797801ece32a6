/** Where the control is served, below the base URL of the pages. */
export const CONTROL_PATH = '/sandbox';
