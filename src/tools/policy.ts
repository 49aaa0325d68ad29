/**
 * What calls of tools may do.
 *
 * 1. A policy never changes: what was read when it was made is what holds.
 * 2. A tool is callable only if its level, the allow list and the deny list all say so.
 * 3. Every refusal says what would allow the call.
 */
import { StintError } from '../errors/stint-error.js';
import { matchesName } from './name-pattern.js';
import { type PolicyOptions, type PolicyRules, readPolicy } from './policy-options.js';
import { RateLimit } from './rate-limit.js';
import { SECURITY_LEVELS, type Tool } from './tool.js';

/** The policies of options that were given before: the same object stands for the same policy, and has one count of calls. */
const made = new WeakMap<object, Policy>();

/** A policy that was read and checked, with one count of calls for its `rate`. The same {@link PolicyOptions} object always gives the same one by {@link Policy.of}. */
export class Policy {
  readonly rules: PolicyRules;
  readonly #rate: RateLimit | undefined;
  readonly #verdicts = new WeakMap<Tool, string | null>();

  /** @throws StintError `INVALID_ARGUMENT` */
  static of(options: Policy | PolicyOptions): Policy {
    if (options instanceof Policy) return options;
    const known = typeof options === 'object' && options !== null ? made.get(options) : undefined;
    if (known !== undefined) return known;
    const policy = new Policy(options);
    made.set(options, policy);
    return policy;
  }

  /** @throws StintError `INVALID_ARGUMENT` */
  constructor(options: PolicyOptions = {}) {
    this.rules = readPolicy(options);
    const { rate } = this.rules;
    this.#rate = rate && new RateLimit(rate.calls, rate.perMs);
  }

  /** Whether the tool may be called at all. */
  permits(tool: Tool): boolean {
    return this.#refusal(tool) === null;
  }

  /** Lets a call through, and counts it. @throws StintError `PERMISSION_DENIED` */
  admit(tool: Tool): void {
    const refusal = this.#refusal(tool);
    if (refusal !== null) throw denied(`to call the tool '${tool.name}'`, refusal);
    const waitMs = this.#rate?.take() ?? 0;
    const { rate } = this.rules;
    if (waitMs === 0 || rate === undefined) return;
    const when = `call again in ${Math.ceil(waitMs)} ms, or raise policy.rate`;
    throw denied(
      `to call the tool '${tool.name}' now`,
      `its ${rate.calls} calls in ${rate.perMs} ms are used up; ${when}`,
    );
  }

  /** Why the tool may not be called, and what would allow it; null if it may. */
  #refusal(tool: Tool): string | null {
    const known = this.#verdicts.get(tool);
    if (known !== undefined) return known;
    const verdict = this.#judge(tool);
    this.#verdicts.set(tool, verdict);
    return verdict;
  }

  #judge({ name, security }: Tool): string | null {
    const { deny, allow, security: level } = this.rules;
    const denying = deny.find((pattern) => matchesName(pattern, name));
    if (denying !== undefined) return `policy.deny has '${denying}'; take it out of policy.deny`;
    if (!allow.some((pattern) => matchesName(pattern, name)))
      return `policy.allow does not have it; add '${name}' to policy.allow`;
    if (SECURITY_LEVELS.indexOf(security) <= SECURITY_LEVELS.indexOf(level)) return null;
    return `it is ${security}, and policy.security is '${level}'; set policy.security to '${security}'`;
  }
}

/** The error for what a policy refuses. `why` ends with what would allow it. */
export function denied(what: string, why: string): StintError {
  return new StintError('PERMISSION_DENIED', `${what} is not permitted: ${why}`);
}
