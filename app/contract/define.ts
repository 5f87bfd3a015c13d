import type * as v from 'valibot';
import type { Refusal } from '../rules/refusal.ts';

/** One call from the window to main: what goes in and what comes back. */
export interface Call<I extends v.GenericSchema = v.GenericSchema, O extends v.GenericSchema = v.GenericSchema> {
  readonly input: I;
  readonly output: O;
}

export type CallTable = Readonly<Record<string, Call>>;

/** What crosses the border back: a value, or the rule that stands against it. Errors never cross as exceptions. */
export type Reply<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

/** Main's side of a table: one handler per call; it may throw Refused, the door turns that into a reply. */
export type Handlers<C extends CallTable> = {
  readonly [K in keyof C]: (input: v.InferOutput<C[K]['input']>) => Promise<v.InferOutput<C[K]['output']>>;
};

/** The window's side of a table. */
export type Client<C extends CallTable> = {
  readonly [K in keyof C]: (input: v.InferInput<C[K]['input']>) => Promise<Reply<v.InferOutput<C[K]['output']>>>;
};
