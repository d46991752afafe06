import { parseSync } from 'vite'

/** What a source file imports, of whatever form: static, `import type`, re-export, `import()`, `import('x').T`, `require`. */
export function importsOf(path: string, source: string): string[] {
  const found: string[] = []
  for (const script of path.endsWith('.astro') ? astroScripts(source) : [source]) {
    const { program, errors } = parseSync(/\.[cm]?[jt]sx?$/.test(path) ? path : `${path}.ts`, script)
    if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`)
    walk(program, (node) => {
      const target = targetOf(node)
      if (target !== undefined) found.push(target)
    })
  }
  return found
}

interface Node {
  type: string
  [key: string]: unknown
}

function targetOf(node: Node): string | undefined {
  const literal = (value: unknown) => (value as { value?: unknown } | undefined)?.value
  const target =
    node.type === 'ImportDeclaration' ||
    node.type.startsWith('Export') ||
    node.type === 'ImportExpression' ||
    node.type === 'TSImportType'
      ? literal(node.source)
      : node.type === 'CallExpression' && (node.callee as Node).name === 'require'
        ? literal((node.arguments as unknown[])[0])
        : undefined
  return typeof target === 'string' ? target : undefined
}

function walk(value: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(value)) for (const item of value) walk(item, visit)
  else if (typeof value === 'object' && value !== null) {
    if (typeof (value as Node).type === 'string') visit(value as Node)
    for (const child of Object.values(value)) walk(child, visit)
  }
}

/** An Astro component's code: between its `---` lines and in its script elements. */
function astroScripts(source: string): string[] {
  const front = /^---\r?\n([\s\S]*?)\r?\n---/.exec(source)?.[1]
  const scripts = [...source.matchAll(/<script(?![^>]*\bis:inline)[^>]*>([\s\S]*?)<\/script>/g)].map(
    (match) => match[1] ?? '',
  )
  return [...(front ? [front] : []), ...scripts]
}
