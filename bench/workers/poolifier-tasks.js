import { ThreadWorker } from 'poolifier';
import * as tasks from './tasks.js';

// A module's namespace has no prototype, which poolifier asks for.
export default new ThreadWorker({ ...tasks });
