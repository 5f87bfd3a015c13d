import { mount } from 'svelte';
import App from './App.svelte';
import { bridgeOf, connect } from './bridge/client.ts';
import { Session } from './state/session.svelte.ts';
import './styles/fonts.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/fields.css';
import './styles/floats.css';

const target = document.querySelector('#app');
if (target === null) throw new Error('index.html has no element #app');

mount(App, { target, props: { session: new Session(connect(bridgeOf(window))) } });
