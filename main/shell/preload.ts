import { contextBridge, ipcRenderer } from 'electron';
import { channels, type CeremonyBridge } from '../../app/contract/channels.ts';

// All the page can reach: one call, one subscription. The bridge freezes the object and hands over copies only.
const bridge: CeremonyBridge = {
  call: (name, input) => ipcRenderer.invoke(channels.call, name, input),
  onNotice: (listener) => {
    ipcRenderer.on(channels.notice, (_event, name: string, payload: unknown) => listener(name, payload));
  },
};

contextBridge.exposeInMainWorld('ceremony', bridge);
