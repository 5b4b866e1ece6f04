/** Does something for an element once it is on the screen and the browser has nothing better to do; the answer calls it off. */
export function whenSeen(element: Element, act: () => void): () => void {
  let handle: number | undefined;
  const idle = () => {
    if (typeof requestIdleCallback === 'function') handle = requestIdleCallback(act, { timeout: 2000 });
    else handle = window.setTimeout(act, 50);
  };
  const forget = () => {
    if (handle === undefined) return;
    if (typeof cancelIdleCallback === 'function') cancelIdleCallback(handle);
    else clearTimeout(handle);
  };
  if (typeof IntersectionObserver !== 'function') {
    idle();
    return forget;
  }
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    idle();
  });
  observer.observe(element);
  return () => {
    observer.disconnect();
    forget();
  };
}
