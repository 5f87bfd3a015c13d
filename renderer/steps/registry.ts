import type { Component } from 'svelte';
import type { CeremonyView, StepView } from '../../app/contract/view.ts';
import type { StepDraft } from '../state/draft.svelte.ts';
import ChooseInbound from './ChooseInbound.svelte';
import ChooseOutbound from './ChooseOutbound.svelte';
import ChoosePin from './ChoosePin.svelte';
import EnterPin from './EnterPin.svelte';
import NamePeople from './NamePeople.svelte';
import RegisterKeys from './RegisterKeys.svelte';
import TypeKeyIds from './TypeKeyIds.svelte';

export interface StepProps {
  readonly step: StepView;
  readonly draft: StepDraft;
  readonly token: CeremonyView['room']['token'];
}

/** What a step of each kind has besides its checks and confirmations; `confirm` has nothing. */
export const stepParts: Readonly<Record<StepView['kind'], Component<StepProps> | null>> = {
  confirm: null,
  'name-people': NamePeople,
  'register-keys': RegisterKeys,
  'choose-pin': ChoosePin,
  'enter-pin': EnterPin,
  'choose-inbound': ChooseInbound,
  'choose-outbound': ChooseOutbound,
  'type-key-ids': TypeKeyIds,
};
