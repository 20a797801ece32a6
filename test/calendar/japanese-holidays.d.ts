// The package brings no types.
declare module 'japanese-holidays' {
  interface Holiday {
    /** From 1. */
    readonly month: number;
    readonly date: number;
    readonly name: string;
  }
  const japaneseHolidays: {
    /** @param substitutes - whether substitute holidays (振替休日) are among them. */
    getHolidaysOf(year: number, substitutes?: boolean): Holiday[];
  };
  export default japaneseHolidays;
}
