import { defineConfig } from 'astro/config'
import { compress } from './build/compress.ts'

/** Everything is a file of its own: the content security policy allows no inline script, and no data: URL of one. */
export default defineConfig({
  output: 'static',
  outDir: './dist',
  publicDir: './public',
  srcDir: './src',
  trailingSlash: 'ignore',
  build: { inlineStylesheets: 'never', format: 'directory' },
  integrations: [compress()],
  devToolbar: { enabled: false },
  vite: {
    build: { assetsInlineLimit: 0, chunkSizeWarningLimit: 4000 },
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    worker: { format: 'es' },
    server: { fs: { allow: ['..'] }, proxy: { '/api': { target: 'http://127.0.0.1:7070', ws: true } } },
  },
})
