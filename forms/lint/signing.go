package lint

import (
	"slices"
	"strconv"

	"samtjanst/forms"
)

// applicantRole is what the applicant is called in signing.steps.
const applicantRole = "applicant"

// signing checks who signs, in which order, until when.
func (l *linter) signing() {
	m, s := &l.def.Meta, &l.def.Meta.Signing
	signs := s.Applicant || slices.ContainsFunc(m.Parties, func(p forms.Party) bool { return p.Signs == nil || string(p.Signs.Raw) != "false" })
	if signs && (s.Days < 0 || s.Minutes < 0 || s.Days+s.Minutes == 0 || s.Document == "") {
		l.inForm("/signing", "say days and document", "signing does not say what is signed or how long the others have")
	}
	l.reminders(s.Remind, s.Days, s.Minutes, "/signing/remind/")
	if d := s.Decline; d != "" && d != "officer" && d != applicantRole {
		l.inForm("/signing/decline", "write officer or applicant", "decline is %q", d)
	}
	if s.Level != 0 && (s.Level < 2 || s.Level > 4) {
		l.inForm("/signing/level", "write 2, 3 or 4", "signing level %d", s.Level)
	}
	if s.Phone && !signs {
		l.inForm("/signing/phone", "leave it out", "nobody signs who could be asked by telephone")
	}
	l.byPhone("/signing", s.Phone, s.Level, s.With)
	l.steps()
	l.decisionSigning()
}

// bankID is the one e-legitimation that is asked for by telephone, and bankIDLevel the level that it has.
const (
	bankID      = "bankid"
	bankIDLevel = 3
)

// byPhone checks that who may be asked by telephone can sign so.
func (l *linter) byPhone(at forms.Pointer, phone bool, level int, with []string) {
	switch {
	case !phone:
	case level > bankIDLevel:
		l.inForm(string(at)+"/phone", "leave it out, or let level be 3", "who is asked by telephone signs with BankID, which has level %d", bankIDLevel)
	case len(with) > 0 && !slices.Contains(with, bankID):
		l.inForm(string(at)+"/phone", "leave it out, or add bankid to with", "who is asked by telephone signs with BankID, which is not among those that can be used")
	}
}

// decisionSigning checks how a decision is signed.
func (l *linter) decisionSigning() {
	s := l.def.Meta.Decision.Sign
	if s == nil {
		return
	}
	l.decisionKind(s)
	if s.Days < 0 || s.Minutes < 0 || s.Days+s.Minutes == 0 {
		l.inForm("/decision/sign", "say days or minutes", "it does not say how long there is to sign the decision")
	}
	if s.Ladder.Days < 0 || s.Ladder.Minutes < 0 {
		l.inForm("/decision/sign/ladder", "write numbers from 0", "a ladder with a negative number")
	}
	if s.Level != 0 && (s.Level < 2 || s.Level > 4) {
		l.inForm("/decision/sign/level", "write 2, 3 or 4", "signing level %d", s.Level)
	}
	l.byPhone("/decision/sign", s.Phone, s.Level, s.With)
	l.reminders(s.Remind, s.Days, s.Minutes, "/decision/sign/remind/")
}

// reminders checks that each comes before the time is out.
func (l *linter) reminders(list []forms.Reminder, days, minutes int, path string) {
	for i, r := range list {
		at := path + strconv.Itoa(i)
		switch {
		case r.Days < 0 || r.Minutes < 0 || r.Days+r.Minutes == 0:
			l.inForm(at, "say days or minutes", "a reminder without a time")
		case r.Days > days || r.Days == days && r.Minutes >= minutes:
			l.inForm(at, "let it come before the time is out", "a reminder when the time is out")
		}
		if r.By != "" && r.By != "mail" && r.By != "sms" && r.By != "letter" {
			l.inForm(at+"/by", "write mail, sms or letter", "a reminder by %q", r.By)
		}
	}
}

// steps checks that each who signs has a step, and a role one only unless the same person may sign twice.
func (l *linter) steps() {
	m, s := &l.def.Meta, &l.def.Meta.Signing
	if len(s.Steps) == 0 {
		return
	}
	var roles []string
	if s.Applicant {
		roles = append(roles, applicantRole)
	}
	for _, p := range m.Parties {
		if !slices.Contains(roles, p.Role) {
			roles = append(roles, p.Role)
		}
	}
	have := map[string]bool{}
	for i, step := range s.Steps {
		at := "/signing/steps/" + strconv.Itoa(i)
		if len(step.Who) == 0 {
			l.inForm(at, "say who: with roles of parties, or applicant", "a step in which nobody signs")
		}
		if step.Need < 0 || step.Ladder.Days < 0 || step.Ladder.Minutes < 0 {
			l.inForm(at, "write numbers from 0", "a step with a negative number")
		}
		for j, role := range step.Who {
			where := at + "/who/" + strconv.Itoa(j)
			switch {
			case !slices.Contains(roles, role):
				l.nowhere(forms.FormFile, where, role, "parties", roles)
			case have[role] && !s.SamePerson:
				l.inForm(where, "name it once, or write samePerson: true", "%s signs in two steps", role)
			}
			have[role] = true
		}
	}
	for _, role := range roles {
		if !have[role] {
			l.inForm("/signing/steps", "add it to a step", "%s signs in no step", role)
		}
	}
}
