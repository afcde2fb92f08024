/** Shows an address in the user's browser, where there is one. */
import open from 'open';

/** Without a display xdg-open would start a text browser that nobody sees. WSL opens the browser of Windows. */
function hasDisplay(platform: NodeJS.Platform, env: Readonly<Record<string, string | undefined>>): boolean {
  if (platform === 'win32' || platform === 'darwin') return true;
  return [env.DISPLAY, env.WAYLAND_DISPLAY, env.WSL_DISTRO_NAME].some((value) => value !== undefined && value !== '');
}

/** False where no browser could be opened. Whether the user sees it is not known. */
export async function openInBrowser(
  url: string,
  env: Readonly<Record<string, string | undefined>>,
  platform = process.platform,
): Promise<boolean> {
  if (!hasDisplay(platform, env)) return false;
  try {
    await open(url);
    return true;
  } catch {
    return false;
  }
}
