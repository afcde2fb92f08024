/** Reads a paged answer to its end, and notices when it has none. */
import { TransientError } from '../errors.ts';

/**
 * All pages in order. An endpoint that names the same next page twice, or more than `mostPages`, would keep a caller for
 * ever: that is a TransientError. `what` names the answer in its message.
 */
export async function readPages<Page extends { NextToken?: string | undefined }>(
  what: string,
  mostPages: number,
  fetchPage: (token: string | undefined) => Promise<Page>,
): Promise<Page[]> {
  const pages: Page[] = [];
  const seen = new Set<string>();
  let token: string | undefined;
  do {
    const page = await fetchPage(token);
    pages.push(page);
    token = page.NextToken || undefined;
    if (token === undefined) return pages;
    if (seen.has(token))
      throw new TransientError(
        `${what} has no end: page ${pages.length} names a next page that was read already. Try again.`,
      );
    seen.add(token);
  } while (pages.length < mostPages);
  throw new TransientError(`${what} has no end within ${mostPages} pages. Try again.`);
}
