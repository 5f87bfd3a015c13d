// planted: main-not-renderer
export { view } from '../renderer/view.ts';
