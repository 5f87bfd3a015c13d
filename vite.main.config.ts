import { readFileSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vite';

/** The one file that pdfkit reads at run time, beside the script that it is bundled into: the colours of PDF/A. */
const colourProfile: Plugin = {
  name: 'colour-profile',
  generateBundle() {
    const fileName = 'data/sRGB_IEC61966_2_1.icc';
    this.emitFile({ type: 'asset', fileName, source: readFileSync(`node_modules/pdfkit/js/${fileName}`) });
  },
};

// The main process and the HSM process it forks. Everything is bundled but Electron, Node and the two native addons.
export default defineConfig({
  plugins: [colourProfile],
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
