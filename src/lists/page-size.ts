/** The rows of a page if a request names no number. Apart from the page, whose decorators the limits do not load. */
export const DEFAULT_PAGE = 20;
