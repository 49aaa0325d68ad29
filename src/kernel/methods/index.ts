import { artifactMethods } from './artifacts.js';
import { scriptMethods } from './scripts.js';
import { serverMethods } from './server.js';
import { sessionMethods } from './sessions.js';
import { toolMethods } from './tools.js';

/** Every method of the protocol, by its name on the wire. */
export const METHODS = {
  ...serverMethods,
  ...toolMethods,
  ...scriptMethods,
  ...sessionMethods,
  ...artifactMethods,
} as const;
