package flow

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"samtjanst/forms"
	"samtjanst/forms/journey"
	"samtjanst/forms/scenario"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing"
)

// Rehearsal plays the signing of a form's scenarios by the rules that real cases have: the plan of the form, casework.Apply, and notices that go
// where the answers say. Nothing is stored or sent. Registers are not asked again on the way: who is protected is what the scenario's facts say.
type Rehearsal struct{}

var _ scenario.Player = Rehearsal{}

// rehearsed is one case. Its clock stands still but for what turns say.
type rehearsed struct {
	meta  *forms.Meta
	form  forms.Signing
	c     casework.Case
	now   time.Time
	names map[string]signing.PartyID // by what the scenario calls them
	told  []string                   // since the last turn
}

// hour of the day at which a scenario is handed in, in Sweden.
const hour = 9

// Begin hands in what a view has. fault.Invalid for parties that cannot be resolved, or an order that cannot be carried out.
func (Rehearsal) Begin(g *journey.Graph, v *forms.View) (scenario.Play, error) {
	const op = "flow.Rehearsal"
	day, err := time.ParseInLocation(time.DateOnly, v.Scope.Today, clock.Stockholm)
	if err != nil {
		return nil, fault.New(op, fault.Invalid, err)
	}
	people, err := g.Parties(v)
	if err != nil {
		return nil, fault.New(op, fault.Invalid, err)
	}
	meta := &g.Form().Def.Meta
	r := &rehearsed{meta: meta, form: meta.Signing, now: day.Add(hour * time.Hour).UTC(), names: map[string]signing.PartyID{journey.Applicant: "p1"}}
	_, own := forms.Split(v.Answers, forms.Pointer(meta.Own))
	r.c = casework.Case{ID: "rehearsal", Parties: []casework.Party{{ID: "p1", Role: journey.Applicant, Number: selfIn(v), Contact: contactIn(own)}}}
	if len(meta.Stages) > 0 {
		r.c.Stage = meta.Stages[0].ID
	}
	seated := seats{again: meta.Signing.SamePerson}
	if meta.Signing.Applicant {
		seated.take(journey.Applicant, "p1", false)
	}
	for _, p := range people {
		party := casework.Party{Role: p.Role, Name: p.Name, Given: casework.Contact{Email: p.Email, Phone: p.Phone}}
		if p.Number != "" {
			if party.Number, err = idno.Parse(p.Number, r.now); err != nil {
				return nil, fault.New(op, fault.Invalid, err)
			}
		}
		if have := r.c.PartyOf(party.Number); have != nil {
			if p.Signs {
				seated.take(p.Role, have.ID, true)
			}
			continue
		}
		party.ID = freeParty(&r.c)
		r.c.Parties = append(r.c.Parties, party)
		r.call(p.Role, party.ID)
		if p.Signs {
			seated.take(p.Role, party.ID, false)
		}
	}
	plan, err := signingPlan(meta.Signing, seated)
	if err != nil {
		return nil, err
	}
	if err := r.apply(casework.Submitted{Plan: plan}); err != nil {
		return nil, err
	}
	return r, r.pass(r.now)
}

// selfIn is the applicant's number as the register's facts have it; zero when nobody knows.
func selfIn(v *forms.View) idno.Number {
	self, _ := v.Scope.Facts["applicant"].(map[string]any)
	if n, _ := self["number"].(string); idno.Valid(n) {
		return idno.Must(n)
	}
	return idno.Number{}
}

// call names a party by the role, and the second who has it "role 2".
func (r *rehearsed) call(role string, id signing.PartyID) {
	name := role
	for n := 2; r.names[name] != ""; n++ {
		name = role + " " + strconv.Itoa(n)
	}
	r.names[name] = id
}

func (r *rehearsed) nameOf(id signing.PartyID) string {
	for name, p := range r.names {
		if p == id {
			return name
		}
	}
	return string(id)
}

// Turn lets time pass and something happen.
func (r *rehearsed) Turn(t scenario.Turn) (scenario.Stand, error) {
	err := r.pass(clock.Span{Days: t.Days, Minutes: t.Minutes}.From(r.now))
	if err == nil && t.Does != "" {
		if err = r.does(t); err == nil {
			err = r.pass(r.now)
		}
	}
	return r.stand(), err
}

func (r *rehearsed) apply(e casework.Event) error {
	next, _, err := casework.Apply(r.c, e, casework.Stamp{At: r.now, By: bySystem, Body: "body", Salt: make([]byte, 16)})
	if err == nil {
		r.c = next
	}
	return err
}

// pass lets time pass, and does what is due on the way in its order.
func (r *rehearsed) pass(until time.Time) error {
	for {
		f, ok := earliest(r.c.Effects)
		if !ok || f.At.After(until) {
			r.now = until
			return nil
		}
		if f.At.After(r.now) {
			r.now = f.At
		}
		if err := r.apply(r.outcome(f)); err != nil {
			return err
		}
	}
}

func earliest(effects []casework.Effect) (casework.Effect, bool) {
	if len(effects) == 0 {
		return casework.Effect{}, false
	}
	return slices.MinFunc(effects, func(a, b casework.Effect) int { return a.At.Compare(b.At) }), true
}

// outcome is what comes of an effect where everything outside works. Of those of a decision there are none before one.
func (r *rehearsed) outcome(f casework.Effect) casework.Event {
	what, isNotice := notices[f.Kind]
	switch {
	case f.Kind == casework.EffectNumber:
		return casework.NumberClaimed{Effect: f.ID}
	case !isNotice:
		return casework.TimerFired{Effect: f.ID}
	}
	tell := func(way string) { r.told = append(r.told, r.nameOf(f.Party)+" "+what+" "+way) }
	if f.Kind == casework.EffectRemind && f.Arg == byLetter {
		tell(byLetter)
		return casework.LetterDue{Effect: f.ID}
	}
	p := r.c.Party(f.Party)
	to := p.Contact
	if to.IsZero() {
		to = p.Given
	}
	if f.Kind == casework.EffectRemind {
		to = narrowed(to, f.Arg)
	}
	switch {
	case to.Email != "":
		tell(byMail)
		return casework.NoticeSent{Effect: f.ID, Channel: byMail}
	case to.Phone != "":
		tell(bySMS)
		return casework.NoticeSent{Effect: f.ID, Channel: bySMS}
	}
	tell(casework.NoAddress)
	return casework.NoticeFailed{Effect: f.ID, Why: casework.NoAddress}
}

// notices are the effects that tell somebody something before a decision, in a scenario's words.
var notices = map[casework.EffectKind]string{casework.EffectReceipt: "receipt", casework.EffectInvite: "invitation", casework.EffectRemind: "reminder",
	casework.EffectComplete: "signed", casework.EffectDeclined: "declined"}

// stated stands for what a person or an officer writes.
const stated = "Enligt scenariot."

// does is what somebody does now.
func (r *rehearsed) does(t scenario.Turn) error {
	const op = "flow.Rehearsal"
	id, ok := r.names[t.Who]
	if !ok {
		return fault.Newf(op, fault.Invalid, "there is no %q; there are %s", t.Who, strings.Join(slices.Sorted(maps.Keys(r.names)), ", "))
	}
	switch t.Does {
	case "open":
		return r.inTurn(casework.Opened{Party: id}, id)
	case "sign":
		if p := r.c.Party(id); fillsOwn(r.meta, p.Role) && p.Own == nil && p.ID != r.c.Applicant().ID && r.c.MaySign(id) {
			if err := r.apply(casework.OwnFilled{Party: id, Contact: p.Given}); err != nil {
				return err
			}
		}
		return r.apply(casework.SignedBy{Party: id, Method: "eid", Evidence: "evidence"})
	case "decline":
		return r.apply(casework.DeclinedBy{Party: id, Reason: stated, Back: r.form.Decline == journey.Applicant})
	case "hindered":
		return r.apply(casework.HinderedBy{Party: id, Reason: stated})
	case "withdraw":
		return r.apply(casework.WithdrawnBy{Party: id})
	case "change":
		if id != r.c.Applicant().ID {
			return fault.Newf(op, fault.Invalid, "only the applicant changes what was handed in")
		}
		deadline := clock.Span{Days: r.form.Days, Minutes: r.form.Minutes}.From(r.now)
		return r.apply(casework.Amended{Content: r.c.Content, Subject: r.c.Subject, Deadline: deadline, Rules: r.c.Rules, Booked: r.c.Booked})
	case "paper":
		return r.apply(casework.SignedOnPaper{Party: id, On: r.now.In(clock.Stockholm).Format(time.DateOnly)})
	case "remind":
		return r.apply(casework.ReminderAsked{Party: id})
	case "go-on":
		return r.apply(casework.WentOn{Party: id, Ground: stated})
	case "replace":
		return r.replace(id, t)
	}
	return fault.Newf(op, fault.Invalid, "nobody can %q", t.Does)
}

// inTurn refuses what a case would pass over in silence.
func (r *rehearsed) inTurn(e casework.Event, id signing.PartyID) error {
	if !r.c.MaySign(id) {
		return fault.Newf("flow.Rehearsal", fault.Conflict, "it is not %s's turn", r.nameOf(id))
	}
	return r.apply(e)
}

func (r *rehearsed) replace(old signing.PartyID, t scenario.Turn) error {
	if t.By == "" || r.names[t.By] != "" {
		return fault.Newf("flow.Rehearsal", fault.Invalid, "replaced by %q: give the new one a name of its own", t.By)
	}
	p := casework.Party{ID: freeParty(&r.c), Role: r.c.Party(old).Role, Name: t.By, Given: casework.Contact{Email: t.Email}}
	if err := r.apply(casework.Replaced{Old: old, New: p, Ground: stated}); err != nil {
		return err
	}
	r.names[t.By] = p.ID
	return nil
}

func (r *rehearsed) stand() scenario.Stand {
	s := scenario.Stand{State: string(r.c.State), Places: map[string]string{}, Told: r.told}
	r.told = nil
	for _, pl := range r.c.Order.Places {
		s.Places[r.nameOf(pl.Party)] = string(r.c.Order.Place(pl.Party).State)
	}
	for _, t := range r.c.OpenTasks() {
		s.Tasks = append(s.Tasks, strings.TrimSpace(string(t.Kind)+" "+r.partyOf(t)))
	}
	return s
}

func (r *rehearsed) partyOf(t casework.Task) string {
	if t.Party == "" {
		return ""
	}
	return r.nameOf(t.Party)
}
