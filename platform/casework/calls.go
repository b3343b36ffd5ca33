package casework

import (
	"slices"
	"strconv"
	"time"

	"samtjanst/platform/fault"
	"samtjanst/platform/signing"
)

// What is said between the officer and whoever decides, while a decision waits: calls, which people make and the officer notes, and
// questions in writing. Both are part of the case (förvaltningslagen 27 §: when, by whom and what).

// CallOutcome is how a call ended.
type CallOutcome string

// How calls end.
const (
	CallReached  CallOutcome = "reached"   // nådd
	CallNoAnswer CallOutcome = "no-answer" // inget svar
	CallBusy     CallOutcome = "busy"      // upptaget
)

// CallOutcomes lists them in the order in which an officer chooses.
var CallOutcomes = []CallOutcome{CallReached, CallNoAnswer, CallBusy}

// Call is one call, as an officer noted it.
type Call struct {
	At      time.Time // when it was made, as the officer says: never later than it is noted
	By      string    // the officer who made it, by name
	To      string    // who was called, by name
	Party   signing.PartyID
	Outcome CallOutcome
	Note    string
	Noted   time.Time
}

// Called: an officer has called somebody who is to sign the decision.
type Called struct {
	Party   signing.PartyID
	At      time.Time
	By      string
	Outcome CallOutcome
	Note    string
}

// Question is what somebody who is to sign wants to know before that.
type Question struct {
	N        int
	Party    signing.PartyID
	Name     string
	Text     string
	Asked    time.Time
	Answer   string
	By       string    // who answered
	Answered time.Time // zero: nobody yet
}

type (
	// QuestionAsked: somebody whose turn it is to sign wants to know something first.
	QuestionAsked struct {
		Party signing.PartyID
		Text  string
	}
	// QuestionAnswered: an officer has answered.
	QuestionAnswered struct {
		Question int
		Text     string
		Name     string
	}
)

// Kind names stand in the chain.
func (Called) Kind() string           { return "called" }
func (QuestionAsked) Kind() string    { return "question-asked" }
func (QuestionAnswered) Kind() string { return "question-answered" }

// TaskQuestion stands open until a question is answered; Detail is its number.
const TaskQuestion TaskKind = "question"

// EffectAnswered tells who asked that there is an answer.
const EffectAnswered EffectKind = "answered"

func (c *Case) called(e Called, now time.Time) error {
	const op = "casework.Apply"
	p := c.Party(e.Party)
	switch {
	case p == nil || !c.Signing(e.Party):
		return fault.Newf(op, fault.Invalid, "nobody %s to call about the decision", e.Party)
	case !slices.Contains(CallOutcomes, e.Outcome) || e.At.IsZero() || e.At.After(now):
		return fault.Newf(op, fault.Invalid, "a call that ended %q, or later than now", e.Outcome)
	}
	c.Calls = append(c.Calls, Call{At: e.At, By: e.By, To: p.Name, Party: e.Party, Outcome: e.Outcome, Note: e.Note, Noted: now})
	return nil
}

func (c *Case) questionAsked(e QuestionAsked, now time.Time) error {
	if !c.Signing(e.Party) || !c.MaySign(e.Party) || e.Text == "" {
		return fault.Newf("casework.Apply", fault.Conflict, "it is not the turn of %s", e.Party)
	}
	q := Question{N: len(c.Questions) + 1, Party: e.Party, Name: c.Party(e.Party).Name, Text: e.Text, Asked: now}
	c.Questions = append(c.Questions, q)
	c.task(TaskQuestion, e.Party, strconv.Itoa(q.N), now)
	c.tellOfficer(now)
	return nil
}

func (c *Case) questionAnswered(e QuestionAnswered, now time.Time) error {
	if e.Question < 1 || e.Question > len(c.Questions) || e.Text == "" {
		return fault.Newf("casework.Apply", fault.Invalid, "no question %d, or no answer", e.Question)
	}
	q := &c.Questions[e.Question-1]
	if !q.Answered.IsZero() {
		return fault.Newf("casework.Apply", fault.Conflict, "question %d has been answered", e.Question)
	}
	q.Answer, q.By, q.Answered = e.Text, e.Name, now
	c.passed(TaskQuestion, func(t Task) bool { return t.Detail == strconv.Itoa(q.N) }, now)
	if c.MaySign(q.Party) {
		for _, way := range c.ways(q.Party) {
			c.effect(EffectAnswered, q.Party, way, now)
		}
	}
	return nil
}
