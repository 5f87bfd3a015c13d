import Window from './Window.svelte';

console.log(Window);
