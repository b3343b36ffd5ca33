package flow

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing"
	"samtjanst/platform/store"
	"samtjanst/platform/store/sealed"
	"samtjanst/platform/vault"
)

// anyStaff may read and handle cases.
var anyStaff = []identity.Role{identity.Officer, identity.Decider, identity.Manager}

// staffChange applies an event by an officer who has one of the roles.
func (s *Service) staffChange(ctx context.Context, a identity.Actor, id casework.ID, blobs []vault.Blob, ev casework.Event, roles ...identity.Role) error {
	if _, err := s.staffCase(ctx, a, id, "", "", roles...); err != nil {
		return err
	}
	by, name := byWho(a)
	_, err := s.change(ctx, id, s.stamp(by, name), func(*vault.Entry) (casework.Event, []vault.Blob, error) { return ev, blobs, nil })
	return err
}

// handlers may change a case.
var handlers = []identity.Role{identity.Officer, identity.Decider}

// Assign gives the case to a colleague, or to nobody when subject is "".
func (s *Service) Assign(ctx context.Context, a identity.Actor, id casework.ID, subject, name string) error {
	if a.Staff == nil {
		return fault.New("flow.Assign", fault.Unauthorised, nil)
	}
	if subject == a.Staff.Subject {
		name = a.Staff.Name
	}
	if subject != "" && subject != a.Staff.Subject {
		colleagues, err := s.Colleagues(ctx, a, id)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(colleagues, func(c Colleague) bool { return c.Subject == subject })
		if i < 0 {
			return fault.New("flow.Assign", fault.Invalid, nil)
		}
		name = colleagues[i].Name
	}
	return s.staffChange(ctx, a, id, nil, casework.Assigned{To: subject, Name: name}, handlers...)
}

// Colleague is somebody who works within an authority.
type Colleague struct {
	Subject, Name string
	Decides       bool // may take decisions
	Signs         bool // the platform knows the number that the person signs with
	number        idno.Number
}

// colleagueRecord is what is kept of a colleague, sealed.
type colleagueRecord struct {
	Name    string      `json:"name"`
	Number  idno.Number `json:"number"`
	Decides bool        `json:"decides"`
}

// Colleagues lists those who have logged in with a role within the case's authority, or within its host's.
func (s *Service) Colleagues(ctx context.Context, a identity.Actor, id casework.ID) ([]Colleague, error) {
	e, err := s.staffCase(ctx, a, id, "", "", anyStaff...)
	if err != nil {
		return nil, err
	}
	return s.workers(ctx, &e.Case)
}

// workers are the colleagues who may have a case: those of its board, and of the board that works with it as host, who decide nothing in it.
func (s *Service) workers(ctx context.Context, c *casework.Case) ([]Colleague, error) {
	out, err := s.colleagues(ctx, c.Authority)
	if err != nil || c.Host == "" {
		return out, err
	}
	hosts, err := s.colleagues(ctx, c.Host)
	for _, h := range hosts {
		if !slices.ContainsFunc(out, func(o Colleague) bool { return o.Subject == h.Subject }) {
			h.Decides = false
			out = append(out, h)
		}
	}
	return out, err
}

func (s *Service) colleagues(ctx context.Context, authority string) ([]Colleague, error) {
	recs, err := s.Vault.Store.ListRecords(ctx, s.Clock.Now(), "colleague", authority+"|", "", 500)
	if err != nil {
		return nil, fault.Wrap("flow.Colleagues", err)
	}
	scope, err := s.Vault.Keys.Scope(ctx, authority)
	if err != nil {
		return nil, fault.Wrap("flow.Colleagues", err)
	}
	var out []Colleague
	for _, r := range recs {
		raw, err := scope.Open(r.Body, sealed.Place("colleague", r.Key))
		if err != nil {
			return nil, fault.New("flow.Colleagues", fault.Internal, err)
		}
		var kept colleagueRecord
		if err := json.Unmarshal(raw, &kept); err != nil {
			return nil, fault.New("flow.Colleagues", fault.Internal, err)
		}
		subject := strings.TrimPrefix(r.Key, authority+"|")
		if _, here := s.StaffNow(ctx, subject); !here {
			continue
		}
		out = append(out, Colleague{Subject: subject, Name: kept.Name, Decides: kept.Decides,
			Signs: !kept.Number.IsZero(), number: kept.Number})
	}
	return out, nil
}

// colleagueDays is how long after the last login somebody can be assigned cases.
const colleagueDays = 90

// StaffLoggedIn remembers who works within which authority, so that cases can be assigned.
func (s *Service) StaffLoggedIn(ctx context.Context, st identity.Staff) error {
	now := s.Clock.Now()
	for _, g := range st.Grants {
		if !slices.Contains(g.Roles, identity.Officer) && !slices.Contains(g.Roles, identity.Decider) {
			continue
		}
		key := string(g.Authority) + "|" + st.Subject
		scope, err := s.Vault.Keys.Scope(ctx, string(g.Authority))
		if err != nil {
			return fault.Wrap("flow.StaffLoggedIn", err)
		}
		raw, err := json.Marshal(colleagueRecord{Name: st.Name, Number: st.Number, Decides: slices.Contains(g.Roles, identity.Decider)})
		if err != nil {
			return fault.New("flow.StaffLoggedIn", fault.Internal, err)
		}
		body, err := scope.Seal(raw, sealed.Place("colleague", key))
		if err != nil {
			return fault.New("flow.StaffLoggedIn", fault.Internal, err)
		}
		if err := s.keep(ctx, store.Record{Collection: "colleague", Key: key, Body: body, Expires: now.AddDate(0, 0, colleagueDays)}); err != nil {
			return err
		}
	}
	return nil
}

// Remind has a party reminded now.
func (s *Service) Remind(ctx context.Context, a identity.Actor, id casework.ID, p signing.PartyID) error {
	return s.staffChange(ctx, a, id, nil, casework.ReminderAsked{Party: p}, handlers...)
}

// problem is a wrong answer in a form of the staff pages.
func problem(field, code string) []forms.Problem {
	return []forms.Problem{{Pointer: forms.Pointer("/" + field), Code: code}}
}

// OrderCompletion orders the parties to complete by a day, with the consequence (förvaltningslagen 20 § second paragraph).
func (s *Service) OrderCompletion(ctx context.Context, a identity.Actor, id casework.ID, parties []signing.PartyID, text, due string) ([]forms.Problem, error) {
	text, err := cleanText(strings.TrimSpace(text), maxReason)
	if err != nil {
		return problem("text", forms.BadText), nil
	}
	if text == "" {
		return problem("text", forms.Required), nil
	}
	if len(parties) == 0 {
		return problem("parties", forms.Required), nil
	}
	day, err := endOfDay(due, clock.Stockholm)
	if err != nil {
		return problem("due", forms.NotADate), nil
	}
	if !day.After(s.Clock.Now().AddDate(0, 0, 1)) {
		return problem("due", forms.TooEarly), nil
	}
	return nil, s.staffChange(ctx, a, id, nil, casework.CompletionOrdered{Parties: parties, Text: text, Due: day}, handlers...)
}

// completionFor gives a party the text and day of the order to complete; nothing when it was for somebody else.
func (s *Service) completionFor(ctx context.Context, e *vault.Entry, p signing.PartyID) (string, time.Time, error) {
	for i := len(e.Case.Events) - 1; i >= 0; i-- {
		h := e.Case.Events[i]
		if h.Kind != (casework.CompletionOrdered{}).Kind() {
			continue
		}
		raw, err := s.Vault.Part(ctx, e, h.Body)
		if err != nil {
			return "", time.Time{}, err
		}
		var b struct {
			Event casework.CompletionOrdered `json:"event"`
		}
		if err := json.Unmarshal(raw[16:], &b); err != nil {
			return "", time.Time{}, fault.New("flow.completionFor", fault.Internal, err)
		}
		if slices.Contains(b.Event.Parties, p) {
			return b.Event.Text, b.Event.Due, nil
		}
		return "", time.Time{}, nil
	}
	return "", time.Time{}, nil
}

// CompletionCame notes that what was ordered has come, by post or over the counter: the officer goes on.
func (s *Service) CompletionCame(ctx context.Context, a identity.Actor, id casework.ID) error {
	return s.staffChange(ctx, a, id, nil, casework.CompletionCame{}, handlers...)
}

// GoOn lets the case go on without a party's signature, on a ground that is stated.
func (s *Service) GoOn(ctx context.Context, a identity.Actor, id casework.ID, p signing.PartyID, ground string) ([]forms.Problem, error) {
	ground, err := cleanText(strings.TrimSpace(ground), maxReason)
	if err != nil {
		return problem("ground", forms.BadText), nil
	}
	if ground == "" {
		return problem("ground", forms.Required), nil
	}
	return nil, s.staffChange(ctx, a, id, nil, casework.WentOn{Party: p, Ground: ground}, handlers...)
}

// NoteHindered records what a party, or somebody else, has told the officer: the party cannot sign (hinder, jäv).
func (s *Service) NoteHindered(ctx context.Context, a identity.Actor, id casework.ID, p signing.PartyID, reason string) ([]forms.Problem, error) {
	reason, problems := needed("reason", reason)
	if problems != nil {
		return problems, nil
	}
	e, err := s.staffCase(ctx, a, id, "", "", handlers...)
	if err != nil {
		return nil, err
	}
	if _, err := s.passOver(ctx, e); err != nil { // somebody may be asked in this one's place
		return nil, err
	}
	return nil, s.staffChange(ctx, a, id, nil, casework.HinderedBy{Party: p, Reason: reason}, handlers...)
}

// needed cleans a text that must be there.
func needed(field, text string) (string, []forms.Problem) {
	text, err := cleanText(strings.TrimSpace(text), maxReason)
	switch {
	case err != nil:
		return "", problem(field, forms.BadText)
	case text == "":
		return "", problem(field, forms.Required)
	}
	return text, nil
}

// Substitute is somebody whom the officer puts in a party's place. Without a number the person signs on paper.
type Substitute struct {
	Number string // twelve or ten digits; "" when not known
	Name   string
	Email  string
	Phone  string
	Ground string // why; stated in the case
}

// Replace puts somebody else in a party's place, who is asked when it is the place's turn. Pointers of problems: /number, /name, /email,
// /phone, /ground.
func (s *Service) Replace(ctx context.Context, a identity.Actor, id casework.ID, old signing.PartyID, in Substitute) ([]forms.Problem, error) {
	e, err := s.staffCase(ctx, a, id, "", "", handlers...)
	if err != nil {
		return nil, err
	}
	was := e.Case.Party(old)
	if was == nil {
		return nil, fault.New("flow.Replace", fault.NotFound, nil)
	}
	ground, problems := needed("ground", in.Ground)
	name, wrong := needed("name", in.Name)
	problems = append(wrong, problems...)
	p := casework.Party{Role: was.Role, Name: name, Given: casework.Contact{Email: strings.TrimSpace(in.Email), Phone: e164(in.Phone)}}
	if number := strings.TrimSpace(in.Number); number != "" {
		if p.Number, err = idno.Parse(number, s.Clock.Now()); err != nil {
			problems = append(problem("number", personCode(err)), problems...)
		}
	}
	if m := p.Given.Email; m != "" && (len(m) > 254 || !emailPattern.MatchString(m)) {
		problems = append(problems, forms.Problem{Pointer: "/email", Code: forms.FormatCode, Params: map[string]any{"format": "email"}})
	}
	if p.Given.Phone != "" && !phonePattern.MatchString(p.Given.Phone) {
		problems = append(problems, forms.Problem{Pointer: "/phone", Code: forms.FormatCode, Params: map[string]any{"format": "phone"}})
	}
	if have := e.Case.PartyOf(p.Number); have != nil {
		p = *have
		if o := e.Case.OrderOf(p.ID); o.Place(p.ID) != nil {
			problems = append(problem("number", forms.NotUnique), problems...)
		}
	} else {
		p.ID = freeParty(&e.Case)
	}
	if len(problems) > 0 {
		return problems, nil
	}
	by, who := byWho(a)
	return nil, s.apply(ctx, e, casework.Replaced{Old: old, New: p, Ground: ground}, s.stamp(by, who), nil)
}

// personCode says what is wrong with a number that cannot be read.
func personCode(err error) string {
	switch {
	case errors.Is(err, idno.ErrDate):
		return forms.PersonDate
	case errors.Is(err, idno.ErrCheck):
		return forms.PersonCheck
	}
	return forms.PersonFormat
}

// freeParty gives an id that nobody in the case has or has had.
func freeParty(c *casework.Case) signing.PartyID {
	for n := len(c.Parties) + 1; ; n++ {
		if id := signing.PartyID("p" + itoa(n)); c.Party(id) == nil {
			return id
		}
	}
}

// FinishTask closes a task that the officer dealt with by hand.
func (s *Service) FinishTask(ctx context.Context, a identity.Actor, id casework.ID, task int) error {
	return s.staffChange(ctx, a, id, nil, casework.TaskDone{Task: task}, handlers...)
}

// LetterSent notes that a letter was posted.
func (s *Service) LetterSent(ctx context.Context, a identity.Actor, id casework.ID, p signing.PartyID, what string, task int) error {
	if what != "invitation" && what != "decision" && what != "delivery" && what != "completion" {
		return fault.New("flow.LetterSent", fault.Invalid, nil)
	}
	return s.staffChange(ctx, a, id, nil, casework.LetterSent{Party: p, What: what, Task: task}, handlers...)
}
