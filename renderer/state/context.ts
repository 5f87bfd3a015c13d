import { createContext } from 'svelte';
import type { Clock } from './clock.svelte.ts';
import type { Session } from './session.svelte.ts';

/** The session and the clock, for every component below App. */
export const [getSession, setSession] = createContext<Session>();
export const [getClock, setClock] = createContext<Clock>();
