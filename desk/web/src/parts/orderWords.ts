/** What orders' codes are called: in Chinese as the server says it (the forms' own words), in English as here. */

import { language } from '@/i18n'
import type { OrderWords } from '@/pages/orders/order'

type Names = Readonly<Record<string, string>>
type Sets = Omit<OrderWords, 'forms'>

const english: Readonly<Record<keyof Sets, Names>> = {
  states: {
    received: 'Received',
    opened: 'Opened',
    approved: 'Approved',
    handed_on: 'Handed on',
    returned: 'Returned',
    in_progress: 'In progress',
    extended: 'Extended',
    done: 'Done',
    answered: 'Answered',
    visited: 'Followed up',
    closed: 'Closed',
    reopened: 'Reopened',
    void: 'Void',
  },
  sources: { call: 'Call', message: 'Message', '12345': 'From 12345', other: 'Other' },
  kinds: {
    consult: 'Question',
    complaint: 'Complaint',
    report: 'Report',
    suggestion: 'Suggestion',
    praise: 'Praise',
    booking: 'Booking',
    other: 'Other',
  },
  urgencies: { simple: 'Ordinary', complex: 'Complex', emergency: 'Public-health emergency' },
  means: { telephone: 'Telephone', fax: 'Fax', letter: 'Letter', email: 'E-mail' },
  results: {
    settled: 'Settled',
    explained: 'Explained',
    partly: 'Partly settled',
    unfounded: 'Unfounded',
    out_of_reach: 'Not within their powers',
  },
  satisfactions: { satisfied: 'Satisfied', fair: 'Fair', dissatisfied: 'Dissatisfied' },
  feedback: { unit: 'The unit itself', authority: 'The health authority', centre: 'The 12320 centre' },
  genders: { male: 'Male', female: 'Female' },
  told: {
    handler: 'Who took it',
    liaison_a: 'Liaison A',
    liaison_b: 'Liaison B',
    unit_leader: "The unit's leader",
    parent: 'The unit above',
    leader: 'Shift leader',
    centre: 'The 12320 centre',
  },
  clocks: { accept: 'Acceptance', hand_on: 'Hand-on', done: 'Settlement', answer: 'Answer' },
  moves: {
    accept: 'Accept',
    sign: 'Sign',
    'hand-on': 'Hand on',
    return: 'Return (wrong address)',
    take: 'Begin',
    extend: 'Extend',
    done: 'Done',
    settle: 'Settle on the spot',
    answer: 'Answer the caller',
    visit: 'Follow up',
    close: 'Close',
    reopen: 'Reopen',
    withdraw: 'Void',
    urge: 'Urge',
    confirm: 'Confirm settlement',
    correct: 'Correct',
    opened: 'Opened',
    escalate: 'Time runs out: told',
    miss: 'Time ran out',
  },
}

/** A code's name; `zh` is what the server calls it. Nothing for no code. */
export function named(set: keyof Sets, code: string | null, zh: string | null): string {
  if (code === null) return ''
  const own = english[set][code] ?? english[set][code.replaceAll('_', '-')]
  return (language() === 'zh' ? zh : own) ?? zh ?? code
}

/** All names of a set, for a list to choose from. */
export function names(set: keyof Sets, known: Names): Record<string, string> {
  return Object.fromEntries(Object.entries(known).map(([code, zh]) => [code, named(set, code, zh)]))
}

/** The names of all that is chosen in a form of orders, by field. */
export function chosenFrom(known: OrderWords): Record<string, Record<string, string>> {
  return {
    kind: names('kinds', known.kinds),
    urgency: names('urgencies', known.urgencies),
    gender: names('genders', known.genders),
    feedback: names('feedback', known.feedback),
    means: names('means', known.means),
    result: names('results', known.results),
    satisfaction: names('satisfactions', known.satisfactions),
  }
}
