import workerpool from 'workerpool';
import endless from './endless.js';

workerpool.worker({ endless });
