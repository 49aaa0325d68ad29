import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Tests keep their state in a folder of their own, not in the user's, and leave none. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'stint-state-'));
  process.env['XDG_STATE_HOME'] = folder;
  delete process.env['XDG_RUNTIME_DIR'];
  return () => rmSync(folder, { recursive: true, force: true });
}
