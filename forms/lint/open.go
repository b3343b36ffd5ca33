package lint

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"samtjanst/forms"
)

// open checks a service that is used without login: nothing in it may rest on who somebody is, since nobody knows. A signature, another
// party, register facts, a section of one's own, a decision or something handed out are all for a person with a number.
func (l *linter) open() {
	m := &l.def.Meta
	if !m.Open() {
		if m.Contact != "" {
			l.inForm("/contact", "leave it out: who logs in is reached by what is saved under Mina sidor", "contact is for services without login")
		}
		return
	}
	const mend = "ask for a login (login: 2, 3 or 4), or leave it out"
	for _, refused := range [...]struct {
		path, what string
		there      bool
	}{
		{"/signing", "nobody can sign", m.Signing.Applicant},
		{"/parties", "no other party can be found or let in", len(m.Parties) > 0},
		{"/prefill", "no register can be asked about somebody unknown", len(m.Prefill) > 0},
		{"/own", "nobody has a section of his or her own", m.Own != ""},
		{"/decision", "a decision has nobody to be told to", len(m.Decision.Outcomes) > 0},
		{"/delivery", "there is nobody to hand anything out to", len(m.Delivery.Ways) > 0},
		{"/handover", "nothing is granted that could be handed over", len(m.Handover) > 0},
		{"/copyable", "there is no case of one's own to copy from", len(m.Copyable) > 0},
		{"/unique", "an earlier application cannot be shown to be the same person's", m.Unique != ""},
	} {
		if refused.there {
			l.inForm(refused.path, mend, "without login %s", refused.what)
		}
	}
	l.layout(func(e placed) {
		if e.field.Lookup != nil {
			l.inLayout(e.path+"/lookup", mend, "without login nobody answers for having asked a register")
		}
	})
	if !slices.ContainsFunc(m.Stages, func(s forms.Stage) bool { return s.Closes }) {
		l.inForm("/stages", "add stages of which one has closes: true", "without login nothing is decided, and no stage closes the case")
	}
	l.contact()
}

// contact checks that whoever hands in without login may say who he or she is, and need not.
func (l *linter) contact() {
	at := forms.Pointer(l.def.Meta.Contact)
	if at == "" {
		return
	}
	known := false
	for _, name := range [...]string{"name", "email", "phone"} {
		f := l.form.FieldAt(at.Join(name))
		known = known || f != nil
		if f != nil && f.Required {
			l.inForm("/contact", "let it be optional: nobody need say who he or she is", "%s is required", at.Join(name))
		}
	}
	switch consent := l.form.FieldAt(at.Join("consent")); {
	case !known:
		l.inForm("/contact", "ask for name, email or phone on a page", "%s has none of name, email and phone", at)
	case consent == nil || consent.Kind != forms.ConsentField:
		l.inForm("/contact", `add "consent": {"const": true} to the schema and to a page`, "%s has no consent to being told", at)
	}
}

// stages checks that inner stages can be walked from the first to one that closes, and that somebody is responsible in each.
func (l *linter) stages() {
	m := &l.def.Meta
	if m.DraftNotice < 0 || m.DraftDays > 0 && m.NoticeDays() >= m.DraftDays {
		l.inForm("/draftNotice", "fewer days than draftDays", "a draft's end would be announced before the draft is there")
	}
	if len(m.Stages) == 0 {
		return
	}
	decides := len(m.Decision.Outcomes) > 0 || len(m.Delivery.Ways) > 0
	closes := false
	for i, s := range m.Stages {
		at := "/stages/" + strconv.Itoa(i)
		switch {
		case s.ID == "" || strings.TrimSpace(s.Title) == "":
			l.inForm(at, "say id and title", "a stage lacks id or title")
		case !stageID.MatchString(s.ID):
			l.inForm(at+"/id", "lower-case letters, digits and hyphens", "stage id %q", s.ID)
		case slices.IndexFunc(m.Stages, func(o forms.Stage) bool { return o.ID == s.ID }) < i:
			l.inForm(at+"/id", "give each stage an id of its own", "a second stage %q", s.ID)
		case strings.TrimSpace(s.Who) == "":
			l.inForm(at, "who: the function that is responsible", "nobody is responsible in the stage %q", s.ID)
		case s.Closes && len(s.Next) > 0:
			l.inForm(at+"/next", "leave next out", "the stage %q closes the case, and nothing comes after", s.ID)
		case s.Closes && decides:
			l.inForm(at+"/closes", "let the decision or the delivery end the case", "a case would have two ways to end")
		case s.Closes && i == 0:
			l.inForm(at+"/closes", "begin in a stage where something is done", "the first stage closes the case")
		case !s.Closes && !decides && !l.ends(s.ID):
			l.inForm(at+"/next", "say a next stage from which the case can be closed", "a case that comes to the stage %q can never be closed", s.ID)
		}
		for j, next := range s.Next {
			if _, ok := m.Stage(next); !ok {
				l.inForm(at+"/next/"+strconv.Itoa(j), "name a stage by its id", "there is no stage %q", next)
			}
		}
		if i > 0 && !slices.Contains(l.from(m.Stages[0].ID), s.ID) {
			l.inForm(at, "name it in the next of another stage", "no case ever comes to the stage %q", s.ID)
		}
		closes = closes || s.Closes
	}
	if !closes && !decides {
		l.inForm("/stages", "write closes: true on the last", "no stage closes the case")
	}
}

// from lists the stages that can be reached from one, itself among them.
func (l *linter) from(id string) []string {
	seen := []string{id}
	for i := 0; i < len(seen); i++ {
		for _, s := range l.def.Meta.Moves(seen[i]) {
			if !slices.Contains(seen, s.ID) {
				seen = append(seen, s.ID)
			}
		}
	}
	return seen
}

// ends reports that a case can be closed from a stage on.
func (l *linter) ends(id string) bool {
	return slices.ContainsFunc(l.from(id), func(id string) bool { s, _ := l.def.Meta.Stage(id); return s.Closes })
}

var stageID = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)
