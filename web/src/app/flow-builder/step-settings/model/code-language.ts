/** Which language a code step is in (docs/decisions/0009-language-of-a-code-step.md), as `sandbox/language.py` tells it. */

export const CODE_LANGUAGES = ['JAVASCRIPT', 'TYPESCRIPT', 'PYTHON'] as const;
export type CodeLanguage = (typeof CODE_LANGUAGES)[number];

export interface SourceCode {
  code: string;
  packageJson: string;
  language?: string;
}

const PYTHON_ENTRY = /^(?:async[ \t]+)?def[ \t]+code[ \t]*\(/m;
const JAVASCRIPT_ENTRY = /^[ \t]*(?:export|const)\b/m;

export function languageOf(source: SourceCode | undefined): CodeLanguage {
  const named = CODE_LANGUAGES.find((language) => language === source?.language?.toUpperCase());
  if (named) return named;
  const code = source?.code ?? '';
  return PYTHON_ENTRY.test(code) && !JAVASCRIPT_ENTRY.test(code) ? 'PYTHON' : 'JAVASCRIPT';
}

export const TEMPLATES: Record<CodeLanguage, string> = {
  JAVASCRIPT: `export const code = async (inputs) => {
  return { greeting: \`Hello \${inputs.name}\` };
};
`,
  TYPESCRIPT: `interface Inputs {
  name: string;
}

export const code = async (inputs: Inputs) => {
  return { greeting: \`Hello \${inputs.name}\` };
};
`,
  PYTHON: `def code(inputs):
    return {"greeting": f"Hello {inputs['name']}"}
`,
};

/** Whether the code is as it came: empty, or one of the templates. */
export function isUntouched(code: string): boolean {
  return code.trim() === '' || Object.values(TEMPLATES).some((template) => template.trim() === code.trim());
}

export function newSource(language: CodeLanguage): SourceCode {
  return { code: TEMPLATES[language], packageJson: '{}', language };
}
