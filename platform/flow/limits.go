package flow

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"samtjanst/forms"
	"samtjanst/platform/calendar"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/store"
	"samtjanst/platform/timelimit"
	"samtjanst/platform/vault"
)

// Time limits that laws set: which of the form's hold in a case, who is warned, and what officers record.

// warned are the roles that a warning goes to.
var warned = map[string][]identity.Role{timelimit.Officer: {identity.Officer}, timelimit.Decider: {identity.Decider}, timelimit.Manager: {identity.Manager}}

// recipient is somebody of the staff who is told something of a case.
type recipient struct {
	*people.Person
	elected bool // has no page of the case but that of the own decision
}

// toWarn are those whom a warning goes to, by the register of people: who holds one of the roles now, is not away and can be reached. Officers
// and managers are those of the board that answers for the case, its host until the unit has accepted it; the case's own officer alone, where he or
// she is one of them. Those who may decide are always of the board whose case it is: of its elected those who are to take the decision now or have
// taken it, since the others have nothing to do with the case. None when there is no register.
func (s *Service) toWarn(ctx context.Context, c *casework.Case, role string) ([]recipient, error) {
	if s.People == nil {
		return nil, nil
	}
	auth := worksIn(c)
	if role == timelimit.Decider {
		auth = identity.AuthorityID(c.Authority)
	}
	tenant, _, _ := strings.Cut(string(auth), "/")
	all, err := s.People.Now(ctx, identity.TenantID(tenant))
	if err != nil {
		return nil, fault.Wrap("flow.toWarn", err)
	}
	now := s.Clock.Now()
	var out []recipient
	for _, p := range all.People() {
		actor := identity.Actor{Staff: &identity.Staff{Grants: all.Grants(p, now)}}
		holds := actor.Has(auth, warned[role]...)
		elected := role == timelimit.Decider && !actor.Has(auth, anyStaff...) && decides(c, p)
		if p.Away(now) || p.Email == "" && p.Phone == "" || !holds && !elected {
			continue
		}
		if role == timelimit.Officer && personIs(p, c.Assignee) {
			return []recipient{{Person: p}}, nil
		}
		out = append(out, recipient{Person: p, elected: elected})
	}
	return out, nil
}

// personIs reports whether a person of the register has a subject; nobody has "".
func personIs(p *people.Person, subject string) bool {
	return subject != "" && (p.ID.Subject() == subject || slices.Contains(p.Logins, subject))
}

// decides reports whether somebody is to take the decision now, or has taken it.
func decides(c *casework.Case, p *people.Person) bool {
	return c.Decision != nil && slices.ContainsFunc(c.Decision.Signers, func(one casework.Party) bool { return personIs(p, one.Subject) && chairReads(c, &one) })
}

// limitsOf are the form's time limits that hold on a case's answers, as its officer reads them; none when the form has none.
func (s *Service) limitsOf(ctx context.Context, e *vault.Entry, g *Graph, sv ServiceView) ([]timelimit.Rule, error) {
	if len(g.Form.Def.Meta.Limits) == 0 {
		return nil, nil
	}
	v, err := s.commonView(ctx, e, g, sv, nil)
	if err != nil {
		return nil, err
	}
	return g.Limits(v)
}

// warn tells those who have a role that a limit is near, in words that name neither the case nor the limit. A role that nobody holds who can be
// reached is passed over for the next, who can do more. Whom no address is known of sees it in the inbox, where the mark has been since the time
// came.
func (s *Service) warn(ctx context.Context, e *vault.Entry, f casework.Effect) (casework.Event, error) {
	c := &e.Case
	id, role, _ := strings.Cut(f.Arg, " ")
	ev := casework.LimitWarned{Effect: f.ID, Limit: id, To: role}
	var to []recipient
	for _, r := range timelimit.Roles[max(0, slices.Index(timelimit.Roles, role)):] {
		var err error
		if to, err = s.toWarn(ctx, c, r); err != nil {
			return nil, err
		}
		if len(to) > 0 {
			ev.To = r
			break
		}
	}
	for _, p := range to {
		n := limitNotice
		n.link = s.BaseURL + "/admin/arenden?vy=frister"
		if p.elected {
			n = decidedNotice
			n.link = s.BaseURL + "/admin/att-besluta"
		}
		n.id = f.ID + "-" + string(p.ID)
		switch err := s.tellStaff(ctx, p, casework.Contact{Email: p.Email, Phone: p.Phone}, n); {
		case err == nil:
			ev.Reached++
		case !errors.Is(err, fault.Invalid): // those who have been told see the same reference again
			return nil, err
		}
	}
	return ev, nil
}

// tellStaff tells a member of staff something, in the name of his or her own organisation. Faults as deliver.
func (s *Service) tellStaff(ctx context.Context, p recipient, at casework.Contact, n notice) error {
	t, ok := s.Directory.Tenant(p.Tenant)
	if !ok {
		return fault.Newf("flow.tellStaff", fault.Internal, "no tenant %s", p.Tenant)
	}
	_, err := s.deliver(ctx, t, at, n)
	return err
}

// What a member of staff is told of a limit, and somebody elected.
var (
	limitNotice = notice{lang: "sv", subject: "En tidsfrist behöver dig", body: "En tidsfrist i ett ärende närmar sig eller har gått ut. Logga in och öppna Tidsfrister.",
		hint: "Vi skickar aldrig uppgifter om ärenden i mejl eller sms."}
	decidedNotice = notice{lang: "sv", subject: limitNotice.subject, body: "En tidsfrist närmar sig eller har gått ut i ett ärende som du beslutar i. Hör av dig till den som handlägger det.",
		hint: limitNotice.hint}
)

// LimitInput is what the officer records of a limit.
type LimitInput struct {
	Day    string // YYYY-MM-DD
	Clock  string // HH:MM
	Note   string
	Ground string
}

// moment reads the day and the time, both of which must be there. What is in the future has not happened.
func (in LimitInput) moment(now time.Time) (time.Time, []forms.Problem) {
	return moment("day", "clock", in.Day, in.Clock, now)
}

// moment reads a day and a time of day in Sweden from two controls.
func moment(dayField, clockField, day, hour string, now time.Time) (at time.Time, problems []forms.Problem) {
	day, hour = strings.TrimSpace(day), strings.Replace(strings.TrimSpace(hour), ".", ":", 1)
	if day == "" {
		problems = problem(dayField, forms.Required)
	} else if _, err := calendar.Parse(day); err != nil {
		problems = problem(dayField, forms.NotADate)
	}
	if hour == "" {
		problems = append(problems, problem(clockField, forms.Required)...)
	} else if _, err := time.Parse("15:04", hour); err != nil {
		problems = append(problems, forms.Problem{Pointer: forms.Pointer("/" + clockField), Code: forms.FormatCode, Params: map[string]any{"format": "time"}})
	}
	if len(problems) > 0 {
		return time.Time{}, problems
	}
	at, err := timelimit.ParseMoment(day + " " + hour)
	if err != nil {
		return time.Time{}, problem(clockField, forms.NotADate)
	}
	if at.After(now) {
		return time.Time{}, []forms.Problem{{Pointer: forms.Pointer("/" + dayField), Code: forms.TooLate, Params: map[string]any{"max": clock.Date(now)}}}
	}
	return at, nil
}

// MeetLimit records that what a limit asks for was done, when, and if the officer likes how. Pointers of problems: /day, /clock, /note.
// fault.Conflict when the limit does not run.
func (s *Service) MeetLimit(ctx context.Context, a identity.Actor, id casework.ID, limit string, in LimitInput) ([]forms.Problem, error) {
	return s.onLimit(ctx, a, id, limit, func(l *casework.Limit, now time.Time) (casework.Event, []forms.Problem) {
		at, problems := in.moment(now)
		if problems == nil && at.Before(l.Term.Start) {
			problems = []forms.Problem{{Pointer: "/day", Code: forms.TooEarly, Params: map[string]any{"min": clock.Date(l.Term.Start)}}}
		}
		note, wrong := noted(in.Note)
		return casework.LimitMet{Limit: limit, At: at, Note: note, Name: a.Staff.Name}, append(problems, wrong...)
	})
}

// ExtendLimit records that who may has set another last day, on a ground. Pointers of problems: /day, /ground.
func (s *Service) ExtendLimit(ctx context.Context, a identity.Actor, id casework.ID, limit string, in LimitInput) ([]forms.Problem, error) {
	return s.onLimit(ctx, a, id, limit, func(l *casework.Limit, _ time.Time) (casework.Event, []forms.Problem) {
		ground, problems := needed("ground", in.Ground)
		day, err := calendar.Parse(strings.TrimSpace(in.Day))
		switch {
		case strings.TrimSpace(in.Day) == "":
			problems = append(problem("day", forms.Required), problems...)
		case err != nil:
			problems = append(problem("day", forms.NotADate), problems...)
		case !l.Term.Moved.Before(day):
			problems = append([]forms.Problem{{Pointer: "/day", Code: forms.TooEarly, Params: map[string]any{"min": l.Term.Moved.AddDays(1).String()}}}, problems...)
		}
		return casework.LimitExtended{Limit: limit, To: day, Ground: ground, Name: a.Staff.Name}, problems
	})
}

// EndLimit records that a limit has nothing to ask for any more, or what came of one that was missed. Pointer of problems: /ground.
func (s *Service) EndLimit(ctx context.Context, a identity.Actor, id casework.ID, limit string, in LimitInput) ([]forms.Problem, error) {
	return s.onLimit(ctx, a, id, limit, func(*casework.Limit, time.Time) (casework.Event, []forms.Problem) {
		ground, problems := needed("ground", in.Ground)
		return casework.LimitEnded{Limit: limit, Ground: ground}, problems
	})
}

// onLimit applies what an officer records of a limit that is not settled.
func (s *Service) onLimit(ctx context.Context, a identity.Actor, id casework.ID, limit string,
	record func(*casework.Limit, time.Time) (casework.Event, []forms.Problem)) ([]forms.Problem, error) {
	e, err := s.staffCase(ctx, a, id, "", "", handlers...)
	if err != nil {
		return nil, err
	}
	l := e.Case.Limit(limit)
	if l == nil {
		return nil, fault.New("flow.onLimit", fault.NotFound, nil)
	}
	ev, problems := record(l, s.Clock.Now())
	if len(problems) > 0 {
		return problems, nil
	}
	by, name := byWho(a)
	_, err = s.change(ctx, id, s.stamp(by, name), func(*vault.Entry) (casework.Event, []vault.Blob, error) { return ev, nil, nil })
	return nil, err
}

// BeginLimit records when something happened that a limit is counted from and the answers do not tell: a party demanded a decision, a decision
// was enforced. Pointers of problems: /day, /clock, /note. fault.Conflict when it runs already, or cannot begin yet.
func (s *Service) BeginLimit(ctx context.Context, a identity.Actor, id casework.ID, limit string, in LimitInput) ([]forms.Problem, error) {
	const op = "flow.BeginLimit"
	e, err := s.staffCase(ctx, a, id, "", "", handlers...)
	if err != nil {
		return nil, err
	}
	now := s.Clock.Now()
	ahead := e.Case.Ahead(now)
	i := slices.IndexFunc(ahead, func(r timelimit.Rule) bool { return r.ID == limit })
	if i < 0 || !e.Case.MayBegin(ahead[i], now) {
		return nil, fault.Newf(op, fault.Conflict, "limit %q cannot begin", limit)
	}
	at, problems := in.moment(now)
	first := e.Case.Submitted
	if !ahead[i].Earliest.IsZero() {
		first = ahead[i].Earliest.After(first)
	}
	if problems == nil && at.Before(first) {
		problems = []forms.Problem{{Pointer: "/day", Code: forms.TooEarly, Params: map[string]any{"min": clock.Date(first)}}}
	}
	note, wrong := noted(in.Note)
	if problems = append(problems, wrong...); len(problems) > 0 {
		return problems, nil
	}
	by, name := byWho(a)
	_, err = s.change(ctx, id, s.stamp(by, name), func(*vault.Entry) (casework.Event, []vault.Blob, error) {
		return casework.LimitBegun{Limit: limit, At: at, Note: note, Name: name}, nil, nil
	})
	return nil, err
}

// noted cleans a note, which may be left out.
func noted(text string) (string, []forms.Problem) {
	text, err := cleanText(strings.TrimSpace(text), maxReason)
	if err != nil {
		return "", problem("note", forms.BadText)
	}
	return text, nil
}

// RowLimit is a time limit as lists show it.
type RowLimit struct {
	Title  string
	Plain  calendar.Date
	Moved  calendar.Date
	Due    time.Time // when Plain ends, or the exact time
	Ends   time.Time // from when it is too late
	Exact  bool      // counted in hours
	Missed bool
	Raised bool   // it is time to act: a warning has gone, or it was missed
	Means  string // what it means that it was missed
}

// mostUrgent bounds how many cases are looked through for the limits that end first; that many never wait at once where somebody looks.
const mostUrgent = 500

// UrgentLimits lists cases in which it is time to act on a limit, or one was missed, those first whose limit ends first. Like the inbox it
// opens no case.
func (s *Service) UrgentLimits(ctx context.Context, a identity.Actor) ([]Row, error) {
	const op = "flow.UrgentLimits"
	if a.Staff == nil {
		return nil, fault.New(op, fault.Unauthorised, nil)
	}
	rows, err := s.listCases(ctx, onDesks(s.desks(a, ""), store.CaseQuery{Labels: []string{casework.LabelLimitSoon}, Order: store.OldestFirst, Limit: mostUrgent}))
	if err != nil {
		return nil, err
	}
	out := make([]Row, 0, len(rows))
	for _, row := range rows {
		r, err := s.row(ctx, row)
		if err != nil {
			return nil, err
		}
		if len(r.Limits) > 0 {
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(x, y Row) int {
		return cmp.Or(x.Limits[0].Due.Compare(y.Limits[0].Due), cmp.Compare(x.ID, y.ID))
	})
	return out, nil
}

// rowLimits are those of a card.
func rowLimits(card vault.Card) []RowLimit {
	var out []RowLimit
	for _, l := range card.Limits {
		out = append(out, RowLimit{Title: l.Title, Plain: l.Plain, Moved: l.Moved, Due: time.Unix(l.Due, 0).UTC(), Ends: time.Unix(l.Ends, 0).UTC(),
			Exact: l.Exact, Missed: l.Missed, Raised: l.Raised, Means: l.Means})
	}
	return out
}
