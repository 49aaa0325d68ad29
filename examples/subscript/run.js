// Three sub-scripts as desktop programs have them, against a server that is started here: `npm run example:subscript`.
import { readFile } from 'node:fs/promises';
import { createSubScripts } from 'stint/subscript';
import { sha256, startServer } from './servers.js';

const server = await startServer();
const installed = new Map([['data/names.txt', 'Ada\nGrace\n']]);
const finals = new Map();

/** What the sub-scripts can call. */
const host = {
  UpdateProgress(received, length) {
    progress.add(Math.floor((received / length) * 10) * 10);
  },
  InstalledHash: (path) => (installed.has(path) ? sha256(installed.get(path)) : null),
  Sha256: (content) => sha256(content),
  Install: (path, content) => void installed.set(path, content),
  Report: (path, what) => console.log(`  ${path} ${what}`),
  async OpenBrowser(url) {
    console.log(`  the browser is sent away and comes back to ${url}`);
    for (const query of ['favicon', 'code=stolen&state=guess', 'code=4%2F0Adeu5B&state=af0ifjsldkj']) {
      const { status } = await fetch(query === 'favicon' ? new URL('/favicon.ico', url) : `${url}?${query}`);
      console.log(`  ${query}: ${status}`);
    }
  },
};

const subScripts = createSubScripts({
  onSubCall: (name, ...args) => host[name](...args),
  onSubFinished: (id, ...results) => finals.get(id)(results),
  onSubError: (id, message) => finals.get(id)([`failed: ${message}`]),
  permissions: { net: ['127.0.0.1:*'] },
  limits: { timeout: '20s' },
});

const progress = new Set();
console.log('page download');
const [status, body] = await launch('download.lua', '', 'UpdateProgress', '127.0.0.1', server.port, '/page.html');
console.log(
  `  status ${status}, ${body?.length} bytes, progress ${[...progress].map((share) => `${share} %`).join(' ')}`,
);
check('the page is whole', status === 200 && body === server.page);
check('progress was reported to the end', progress.has(100));

console.log('update check');
const names = 'InstalledHash,Sha256,Install';
const counts = await launch('update-check.lua', names, 'Report', `http://127.0.0.1:${server.port}`);
check('one file is current, one was updated, one corrupted', counts.join() === '1,1,1');
check('the update is installed', installed.get('data/skills.txt') === 'new skills\n');
check('the corrupted file is not', !installed.has('bin/tool.bin'));

console.log('OAuth callback');
const [code] = await launch('oauth-callback.lua', '', 'OpenBrowser', 'af0ifjsldkj');
check(`the code is ${code}`, code === '4/0Adeu5B');

await subScripts.close();
server.close();

async function launch(file, funcList, subList, ...args) {
  const text = await readFile(new URL(file, import.meta.url));
  return new Promise((resolve) => {
    finals.set(subScripts.launchSubScript(text, funcList, subList, ...args), resolve);
  });
}

function check(what, ok) {
  console.log(`  ${ok ? 'ok' : 'NOT OK'}: ${what}`);
  if (!ok) process.exitCode = 1;
}
