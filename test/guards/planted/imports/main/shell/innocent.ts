export { app } from 'electron';
