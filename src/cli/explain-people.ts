/** What `crossfade explain` says of people: who may say yes, and who is let in at the API. */
import {page} from './explain-page.ts';

export const peoplePages = {
  'CF-APPROVE-001': page(
    'who approves is not known, or may not',
    'The plan names who may approve (approval.people), and there was no key, one that belongs to nobody there, or one of a person with another role.',
    'With the wrong key, and after somebody has left the plan.',
    'Give your own key: --key FILE, or the token in CROSSFADE_TOKEN or --token-file FILE. crossfade identity NAME makes one and prints the line for the plan; crossfade amend puts it in. docs/runbook/approvals.md.',
  ),
  'CF-APPROVE-002': page(
    'a signature is not one for this approval',
    'What was sent as signed by a person is not what their key signs: another gate, reason, account, time, run or head of the journal, another key, or a time that is more than five minutes away from the clock of the state. Nothing was recorded.',
    'When a text is changed on its way, and between machines whose clocks differ.',
    'Ask for the gates of the run again, sign exactly what docs/api.md describes, and compare the clocks. If nobody of you has sent it: somebody has an access token who should not; crossfade token list, crossfade token revoke ID.',
  ),
  'CF-APPROVE-003': page(
    'this approval was given already',
    'The same signature stands in the journal. A yes counts once: after it was rejected, or used up by a cutover, it has to be given anew. Nothing was recorded.',
    'When a call is sent a second time because its answer was lost: then the first one stands.',
    'crossfade status shows the approvals that stand. To say yes again, look at the gates again and sign anew.',
  ),
  'CF-APPROVE-004': page(
    'the approval is for what was, not for what is',
    'It was signed for another revision of the plan, or for verdicts of gates that have changed since. Nothing was recorded.',
    'When the plan was amended, or a check turned red, while the person was thinking.',
    'Look at the gates of the run again, and sign anew if it is still a yes.',
  ),
  'CF-APPROVE-005': page(
    'who started the run approves it',
    'The plan wants somebody else than whoever started the run (starterMay: false). The person was recognised by the accounts that the plan knows, or, where it knows none of the starter, by the account from which the approval came. Nothing was recorded.',
    'In small teams.',
    'Let somebody else approve. Where it was somebody else from the same account: name under approval.people in the plan whose account that is, and crossfade amend.',
  ),
  'CF-API-001': page(
    'nobody is let in with this access token',
    'The call had no access token where one is needed, or one that was never given out, has expired or was taken back. Without one only reads are answered, and only from the same machine.',
    'After the days for which a token was made.',
    'crossfade token create NAME --role ROLE makes a new one; crossfade token list shows which there are. Send it as Authorization: Bearer TOKEN. docs/api.md.',
  ),
  'CF-API-002': page(
    'the access token is not for this',
    'A token lets its owner look on (view), look on and steer (operate), or look on and say yes or no (approve), and approvals are taken only from the person whose token it is. Nothing was recorded.',
    'When a token of a dashboard is used to act.',
    'Use a token with the role that the message names; crossfade token create NAME --role ROLE makes one.',
  ),
  'CF-API-003': page(
    'too many calls',
    'One address or one access token has asked more often than the API answers. Nothing was recorded.',
    'With a script that asks without a pause.',
    'Wait for the seconds that the header Retry-After names. To follow a run, read its events as a stream instead of asking again and again: docs/api.md.',
  ),
};
