import { remembered } from '../../app/half-used.ts';
import { used } from '../../app/used.ts';

console.log(used, remembered);
