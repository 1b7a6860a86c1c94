/** A page of a list. */
export interface Page {
  readonly limit: number;
  readonly offset: number;
}

export interface Listed<Item> {
  readonly items: readonly Item[];
  /** How many there are in all. */
  readonly total: number;
}

/** Barbican's `default_limit_paging` and `max_limit_paging`. */
const limitDefault = 10;
const limitMax = 100;

/** As Barbican reads them: nonsense means the default. */
export function pageParse(parameters: {
  readonly limit?: string | undefined;
  readonly offset?: string | undefined;
}): Page {
  return {
    limit: Math.min(Math.max(wholeNumber(parameters.limit) ?? limitDefault, 1), limitMax),
    offset: Math.max(wholeNumber(parameters.offset) ?? 0, 0),
  };
}

export function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
}
