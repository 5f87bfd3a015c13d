import { defineConfig } from 'vite';

// The main process and the HSM process it forks. Everything is bundled but Electron, Node and the two native addons.
export default defineConfig({
  ssr: { noExternal: true, external: ['electron', 'better-sqlite3', 'pkcs11js'] },
  build: {
    ssr: true,
    target: 'node24',
    outDir: 'dist/main',
    emptyOutDir: true,
    rolldownOptions: {
      input: { start: 'main/shell/start.ts', 'hsm-process': 'main/hsm/process.ts' },
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
    },
  },
});
