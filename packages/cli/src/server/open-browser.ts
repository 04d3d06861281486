import { spawn } from 'node:child_process';

/** The command of a system that opens an address in the user's browser. */
function openCommand(url: string, platform: NodeJS.Platform): [command: string, args: string[]] {
  if (platform === 'darwin') return ['open', [url]];
  // `start` is no program but a word of the shell; what opens the default program by itself needs no quotes.
  if (platform === 'win32') return ['rundll32', ['url.dll,FileProtocolHandler', url]];
  return ['xdg-open', [url]];
}

/** Opens an address in the user's browser. False if there is none, or nothing that opens it. */
export function openBrowser(url: string, platform = process.platform): Promise<boolean> {
  const [command, args] = openCommand(url, platform);
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
    child.once('spawn', () => {
      child.unref(); // the browser outlives the server
      // Some of these commands go on as long as the browser does.
      setTimeout(() => resolve(true), 3000).unref();
    });
  });
}
