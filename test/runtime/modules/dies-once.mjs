// Kills its process the first time: a file says whether that has been.
import { existsSync, writeFileSync } from 'node:fs';

function dieOnce(flag) {
  if (existsSync(flag)) return;
  writeFileSync(flag, '');
  process.kill(process.pid, 'SIGKILL');
  for (;;);
}
export default function (flag) {
  dieOnce(flag);
  return 'lived';
}
export function says({ flag, says: text }) {
  dieOnce(flag);
  return text;
}
