#!/usr/bin/env node
/** What the command `stint` starts with. */
import { startEarly } from './start-early.js';

startEarly(process.argv.slice(2));
void import('./program.js').then(({ runProgram }) => runProgram());
