/** File names for exported flows: what no file system takes is replaced, and no name comes twice. */
export function fileNames(titles: readonly string[], extension: string): string[] {
  const taken = new Set<string>();
  return titles.map((title) => {
    const safe =
      title
        .replace(/[\u0000-\u001f<>:"/\\|?*]+/g, '-')
        .replace(/^[\s.]+|[\s.]+$/g, '')
        .slice(0, 100) || 'flow';
    let name = `${safe}.${extension}`;
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${safe} (${number}).${extension}`;
    taken.add(name.toLowerCase());
    return name;
  });
}
