import type { Template } from '../api/schema';

/** The templates that a search and a category mean; every word must stand in name, summary or description. */
export function matches(templates: readonly Template[], search: string, category: string): Template[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return templates.filter((template) => {
    const text = `${template.name} ${template.summary} ${template.description}`.toLowerCase();
    return (!category || template.categories.includes(category)) && words.every((word) => text.includes(word));
  });
}

/** The categories that occur, in alphabetical order of their codes. */
export function categoriesOf(templates: readonly Template[]): string[] {
  return [...new Set(templates.flatMap((template) => template.categories))].sort();
}
