import { isStintError } from '../../../errors/stint-error.js';
import type { ToolContext } from '../../tool-context.js';
import { fetchText } from '../network/http-body.js';
import { onThread } from '../on-thread.js';
import { failed } from '../refusal.js';

export const pages = onThread<typeof import('./page-work.js')>('web/page-work.js');

/** Fetches a page of HTML. @throws StintError (rejects) `TOOL_FAILED` if it is none, or the server answers an error */
export async function fetchPage(context: ToolContext, url: string) {
  const { response, text, contentType } = await fetchText(context, url, { accept: 'text/html, application/xhtml+xml' });
  if (response.status >= 400) throw failed(`${url} answered ${response.status}`);
  if (contentType !== null && !/html|xml|text\/plain/i.test(contentType))
    throw failed(`${url} is ${contentType}, no page`);
  return { html: text, url: response.url, status: response.status };
}

/** What several of a call's requests have to end for: the call itself, or the policy. */
export function isFatal(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted || isStintError(error, 'PERMISSION_DENIED');
}
