import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// The window, served from app://keyferry. Its content security policy allows no inline script, style or data URL:
// every asset stays a file, and Vite's module preload script is left out.
export default defineConfig({
  root: 'renderer',
  base: '/',
  plugins: [svelte({ configFile: false })],
  build: {
    target: 'chrome150',
    outDir: '../dist/renderer',
    emptyOutDir: true,
    minify: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
