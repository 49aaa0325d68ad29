import { isStintError, type StintError } from '../errors/stint-error.js';
import { failure, misuse } from './refusal.js';
import { reasonOf } from './system-error.js';

/** What a request itself can have wrong, which is only found when it is made. */
const MISUSES = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED', 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH']);

/** How `fetch` says that the network or the answer is to blame, before the body and in it; anything else that it throws is about its arguments. */
const NETWORK = new Set(['fetch failed', 'terminated']);

/** The error that a script gets for a failed request. */
export function httpFailure(url: string, error: unknown): StintError {
  const chain = causesOf(error);
  const known = chain.find((one) => isStintError(one));
  if (isStintError(known))
    return known.code === 'SCRIPT_ERROR' ? failure(`cannot request ${url}: ${known.message}`) : known;
  const coded = chain.find((one) => 'code' in one && typeof one.code === 'string');
  const last = chain.at(-1);
  if (coded !== undefined && 'code' in coded) {
    return MISUSES.has(String(coded.code))
      ? misuse(`http.request: ${coded.message}`)
      : failure(`cannot request ${url}: ${reasonOf(coded)}`);
  }
  if (error instanceof TypeError && !NETWORK.has(error.message)) return misuse(`http.request: ${error.message}`);
  return failure(`cannot request ${url}: ${last === undefined ? 'it failed' : last.message}`);
}

/** An error and what it was made from, outermost first. */
function causesOf(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let one = error; one instanceof Error && chain.length < 10; one = one.cause) chain.push(one);
  return chain;
}
