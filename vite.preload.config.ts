import { defineConfig } from 'vite';

// One CommonJS file: a sandboxed preload can load nothing but `electron`.
export default defineConfig({
  ssr: { noExternal: true, external: ['electron'] },
  build: {
    ssr: true,
    target: 'node24',
    outDir: 'dist/preload',
    emptyOutDir: true,
    rolldownOptions: {
      input: { preload: 'main/shell/preload.ts' },
      output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
    },
  },
});
