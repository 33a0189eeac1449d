const ID = /^([a-z]+)_[0-9a-z]{26}$/;
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
/** That of a request, in errors. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const CUT = "…";

/**
 * What a page speaks of by names of its own: ids, moments, and texts that it cuts short (`eyJv…`), such as cursors. An
 * answer has others in these places, which later requests of the page mean.
 */
export class SpokenOf {
  private readonly meant = new Map<string, string>();

  /** Where an answer differs from that of the page, or null. */
  difference(page: unknown, answer: unknown, place = "answer"): string | null {
    if (typeof page === "string" && typeof answer === "string")
      return this.isLike(page, answer) ? null : `${place} is ${JSON.stringify(answer)}, not ${JSON.stringify(page)}`;
    if (!isHolder(page) || !isHolder(answer))
      return Object.is(page, answer) ? null : `${place} is ${JSON.stringify(answer)}, not ${JSON.stringify(page)}`;
    const keys = [...new Set([...Object.keys(page), ...Object.keys(answer)])];
    for (const key of keys) {
      const found = this.difference(page[key], answer[key], `${place}.${key}`);
      if (found) return found;
    }
    return null;
  }

  /** A request of the page, about what the answers so far spoke of. */
  translated(text: string): string {
    return [...this.meant].reduce((request, [page, answer]) => request.replaceAll(page, answer), text);
  }

  private isLike(page: string, answer: string): boolean {
    if (page === answer) return true;
    for (const form of [DATE, UUID]) if (form.test(page)) return form.test(answer);
    const isMeant =
      (ID.test(page) && ID.exec(page)?.[1] === ID.exec(answer)?.[1]) || (page.includes(CUT) && isCutOf(page, answer));
    if (isMeant) this.meant.set(page, answer);
    return isMeant;
  }
}

const isHolder = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** The last piece of a path or an address may be cut, and so may a piece before it. */
function isCutOf(page: string, answer: string): boolean {
  const [begin = "", end = ""] = page.split(CUT);
  const fixed = begin.includes("/") ? begin.slice(0, begin.lastIndexOf("/") + 1) : "";
  return answer.startsWith(fixed) && answer.endsWith(end) && answer.length > fixed.length + end.length;
}
