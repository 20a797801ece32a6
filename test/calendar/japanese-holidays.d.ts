// The package has no types.
declare module 'japanese-holidays' {
  interface Holiday {
    /** Starts at 1. */
    readonly month: number;
    readonly date: number;
    readonly name: string;
  }
  const japaneseHolidays: {
    /** @param substitutes - whether to include substitute holidays (振替休日). */
    getHolidaysOf(year: number, substitutes?: boolean): Holiday[];
  };
  export default japaneseHolidays;
}
