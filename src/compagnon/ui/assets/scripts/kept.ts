/** What the person chose on this device; nothing breaks where the browser refuses storage. */
export function read(name: string): string | null {
  try {
    return localStorage.getItem(`compagnon.${name}`);
  } catch {
    return null;
  }
}

export function keep(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`compagnon.${name}`);
    else localStorage.setItem(`compagnon.${name}`, value);
  } catch {
    // The choice holds until the page is left.
  }
}
