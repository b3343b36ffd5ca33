package scenario

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/journey"
)

// Turn is a moment of the signing order: time passes, somebody does something, and so it then stands. Time is counted from nine in the
// morning of the day when it was handed in; what is due on the way (notices, reminders, the next on a ladder, the deadline) is done.
type Turn struct {
	Days    int `yaml:"days"`    // of the calendar, that nobody does anything before this
	Minutes int `yaml:"minutes"` // beside the days, or instead of them
	// Who does it, or it is done to: "applicant", the role of a party ("guardian 2" is the second who has it), or the name that somebody was
	// put in another's place by.
	Who string `yaml:"who"`
	// Does is what: open, sign, decline, hindered; withdraw and change (the applicant, who hands in anew); and by the officer paper (a sheet
	// signed by pen is registered), remind, replace and go-on (without the signature). Absent: nobody does anything.
	Does    string `yaml:"does"`
	By      string `yaml:"by"`      // of replace: what the one who gets the place is called here
	Email   string `yaml:"email"`   // of replace: where that one is reached; absent: by letter
	Refused bool   `yaml:"refused"` // it cannot happen now: not this person's turn, signed already, ended

	State  string            `yaml:"state"`  // who acts next: awaiting-signatures, awaiting-officer, awaiting-completion, withdrawn
	Places map[string]string `yaml:"places"` // who → where the signature stands: waiting, invited, no-address, opened, signed, on-paper, declined, hindered, expired, waived, spared
	// Told is everybody who has been told something since the turn before, in order, with what and by which way: "guardian invitation mail".
	// The ways are mail, sms, letter (the officer posts it) and no-address.
	Told  []string `yaml:"told"`
	Quiet bool     `yaml:"quiet"` // nobody has been told anything
	Tasks []string `yaml:"tasks"` // the officer's open tasks, each with whom it is about: "declined guardian", "letter guardian"
	Idle  bool     `yaml:"idle"`  // the officer has no open task
}

// Player plays signing orders by the platform's own rules, which lie above this package.
type Player interface {
	// Begin hands in what a view has. fault.Invalid when nobody could.
	Begin(g *journey.Graph, v *forms.View) (Play, error)
}

// Play is an order that goes on.
type Play interface {
	// Turn lets time pass and what the turn says happen. fault.Conflict when it cannot happen now, fault.Invalid when it makes no sense.
	Turn(t Turn) (Stand, error)
}

// Stand is how an order stands, in the words of a Turn.
type Stand struct {
	State  string
	Places map[string]string
	Told   []string
	Tasks  []string
}

// sign plays the signing of a scenario.
func (r *runner) sign(p Player) {
	if len(r.scenario.Signing) == 0 {
		return
	}
	if p == nil {
		r.result.Unplayed = true
		return
	}
	play, err := p.Begin(r.graph, r.view())
	if err != nil {
		r.fail("signing: it cannot be handed in: %v", err)
		return
	}
	for i, t := range r.scenario.Signing {
		where := strings.TrimRight(fmt.Sprintf("signing, turn %d: %s %s", i+1, t.Who, t.Does), ": ")
		stand, err := play.Turn(t)
		switch {
		case err != nil && !t.Refused:
			r.fail("%s: refused: %v", where, err)
		case err == nil && t.Refused:
			r.fail("%s: is not refused", where)
		}
		r.stands(where, t, stand)
	}
}

// stands compares what a turn names.
func (r *runner) stands(where string, t Turn, s Stand) {
	if t.State != "" {
		r.differ(where+": state", t.State, s.State)
	}
	for _, who := range slices.Sorted(maps.Keys(t.Places)) {
		r.differ(where+": place of "+who, t.Places[who], s.Places[who])
	}
	if t.Told != nil || t.Quiet {
		r.differ(where+": told", list(t.Told), list(s.Told))
	}
	if t.Tasks != nil || t.Idle {
		r.differ(where+": tasks", list(t.Tasks), list(s.Tasks))
	}
}
